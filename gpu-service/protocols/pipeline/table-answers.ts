import type { TabularAnswer } from '../../tasks/tabular/labels.ts'

/**
 * The rows of a table as Hugging Face's own clients declare them, and as its servers answered: huggingface_hub a list of
 * labels or numbers, @huggingface/inference a list of nothing but numbers, which throws at anything else. Everybody else
 * is told how sure the model is. `undefined` for who reads that.
 */
export function tableReadBy(userAgent: string, json: string): string | undefined {
  const client = /\bhf_hub\/|@huggingface\/inference\//.exec(userAgent)?.[0]
  if (client === undefined) return undefined
  const rows = JSON.parse(json) as TabularAnswer[]
  const labelOf = client === 'hf_hub/' ? ({ label }: TabularAnswer) => label : classNumber
  return JSON.stringify(rows.map((row) => row.value ?? row.values ?? labelOf(row)))
}

/** A class is called by a number, or has one: its place among the classes. */
function classNumber({ label = '', probabilities = {} }: TabularAnswer): number | string {
  if (label !== '' && Number.isFinite(Number(label))) return Number(label)
  const place = Object.keys(probabilities).indexOf(label)
  return place < 0 ? label : place
}
