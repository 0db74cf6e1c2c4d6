import type { LabelScore } from '../../tasks/label-scores.ts'
import type { JsonText } from '../../tasks/task.ts'

/**
 * The labels of a text as clients read them. huggingface_hub reads a list of `{label, score}` since 1.2, and before that
 * nothing but the object of lists that transformers itself gives: no answer is both, so the client's own name decides.
 */
export function asReadBy(userAgent: string | undefined, { task, inputs, json }: Answered): JsonText {
  if (task !== 'zero-shot-classification' || !readsListsOnly(userAgent)) return json
  // Its client asks about one text, of which the answer is no stream.
  if (typeof inputs !== 'string' || typeof json !== 'string') return json
  const shares = JSON.parse(json) as LabelScore[]
  return JSON.stringify({
    sequence: inputs,
    labels: shares.map(({ label }) => label),
    scores: shares.map(({ score }) => score),
  })
}

interface Answered {
  task: string
  inputs: unknown
  json: JsonText
}

function readsListsOnly(userAgent = ''): boolean {
  const [, major, minor] = /\bhf_hub\/(\d+)\.(\d+)/.exec(userAgent) ?? []
  return major === '0' || (major === '1' && Number(minor) < 2)
}
