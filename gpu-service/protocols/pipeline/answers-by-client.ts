import type { LabelScore } from '../../tasks/label-scores.ts'
import type { JsonText } from '../../tasks/task.ts'

/** An answer as the client that asks for it reads it, by its own name where clients of one task differ. */
export function asReadBy(userAgent: string | undefined, { task, inputs, json }: Answered): JsonText {
  if (userAgent === undefined || typeof json !== 'string') return json
  return task === 'zero-shot-classification' ? labelsReadBy(userAgent, { inputs, json }) : json
}

interface Answered {
  task: string
  inputs: unknown
  json: JsonText
}

/**
 * The labels of a text as clients read them. huggingface_hub reads a list of `{label, score}` since 1.2, and before that
 * nothing but the object of lists that transformers itself gives: no answer is both, so the client's own name decides.
 */
function labelsReadBy(userAgent: string, { inputs, json }: { inputs: unknown; json: string }): string {
  // Its client asks about one text.
  if (typeof inputs !== 'string' || !readsListsOnly(userAgent)) return json
  const shares = JSON.parse(json) as LabelScore[]
  return JSON.stringify({
    sequence: inputs,
    labels: shares.map(({ label }) => label),
    scores: shares.map(({ score }) => score),
  })
}

function readsListsOnly(userAgent: string): boolean {
  const [, major, minor] = /\bhf_hub\/(\d+)\.(\d+)/.exec(userAgent) ?? []
  return major === '0' || (major === '1' && Number(minor) < 2)
}
