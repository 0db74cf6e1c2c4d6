import type { TabularAnswer } from './labels.ts'

/**
 * Converts an answer to what the caller's client declares, as Hugging Face's servers answered: a label or a number for
 * huggingface_hub and MLflow, and only a number for @huggingface/inference, which throws otherwise. All other clients
 * also get the probabilities.
 */
export function answerForClient(client: string | undefined): (row: TabularAnswer) => unknown {
  const named = /\bhf_hub\/|@huggingface\/inference\/|\bmlflow\//.exec(client ?? '')?.[0]
  if (named === undefined) return (row) => row
  const labelOf = named === '@huggingface/inference/' ? classNumber : ({ label }: TabularAnswer) => label
  return (row) => row.value ?? row.values ?? labelOf(row)
}

/** The class name if it is a number, else its index. */
function classNumber({ label = '', probabilities = {} }: TabularAnswer): number | string {
  if (label !== '' && Number.isFinite(Number(label))) return Number(label)
  const place = Object.keys(probabilities).indexOf(label)
  return place < 0 ? label : place
}
