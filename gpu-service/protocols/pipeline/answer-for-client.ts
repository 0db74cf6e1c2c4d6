import type { LabelScore } from '../../tasks/label-scores.ts'
import type { JsonText } from '../../tasks/task.ts'

/** Adapts an answer to the client, by its user agent, for tasks whose clients differ. */
export function answerForClient(userAgent: string | undefined, { task, inputs, json }: Answered): JsonText {
  if (userAgent === undefined || typeof json !== 'string') return json
  return task === 'zero-shot-classification' ? labelsForClient(userAgent, { inputs, json }) : json
}

interface Answered {
  task: string
  inputs: unknown
  json: JsonText
}

/**
 * Zero-shot labels for a client's version: huggingface_hub reads a list of `{label, score}` since 1.2, and before that
 * only the object of lists that transformers returns. No answer fits both.
 */
function labelsForClient(userAgent: string, { inputs, json }: { inputs: unknown; json: string }): string {
  // That client sends a single text.
  if (typeof inputs !== 'string' || !readsObjectOfLists(userAgent)) return json
  const shares = JSON.parse(json) as LabelScore[]
  return JSON.stringify({
    sequence: inputs,
    labels: shares.map(({ label }) => label),
    scores: shares.map(({ score }) => score),
  })
}

function readsObjectOfLists(userAgent: string): boolean {
  const [, major, minor] = /\bhf_hub\/(\d+)\.(\d+)/.exec(userAgent) ?? []
  return major === '0' || (major === '1' && Number(minor) < 2)
}
