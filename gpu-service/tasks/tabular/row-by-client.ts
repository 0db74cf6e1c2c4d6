import type { TabularAnswer } from './labels.ts'

/**
 * A row of a table as Hugging Face's own clients declare it, and as its servers answered: huggingface_hub and MLflow a
 * label or a number, @huggingface/inference nothing but a number, which throws at anything else. Everybody else is told how sure
 * the model is.
 */
export function rowToldTo(client: string | undefined): (row: TabularAnswer) => unknown {
  const named = /\bhf_hub\/|@huggingface\/inference\/|\bmlflow\//.exec(client ?? '')?.[0]
  if (named === undefined) return (row) => row
  const labelOf = named === '@huggingface/inference/' ? classNumber : ({ label }: TabularAnswer) => label
  return (row) => row.value ?? row.values ?? labelOf(row)
}

/** A class is called by a number, or has one: its place among the classes. */
function classNumber({ label = '', probabilities = {} }: TabularAnswer): number | string {
  if (label !== '' && Number.isFinite(Number(label))) return Number(label)
  const place = Object.keys(probabilities).indexOf(label)
  return place < 0 ? label : place
}
