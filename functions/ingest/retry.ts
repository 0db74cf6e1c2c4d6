import type { ImportFailure } from '../../shared/contract/import.ts'
import { messageOf } from '../../shared/errors.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { maxDelaySeconds } from '../../shared/queue/queue.ts'
import { ImportFault } from './import-fault.ts'
import { SourceError } from './sources/source.ts'

const backoffMaxSeconds = 300

export type Verdict = { retry: true; delaySeconds: number } | { retry: false; failure: ImportFailure }

/** Decides what becomes of a step that threw: again later, or the end of the import with a reason that names the file. */
export function judgeFailure({ error, message, random = Math.random }: JudgeInput): Verdict {
  if (message.attempt < triesMax(error, message)) {
    const asked = (error instanceof SourceError ? error.retryAfterSeconds : undefined) ?? 0
    const backoff = Math.min(backoffMaxSeconds, 2 ** (message.attempt - 1) * (0.5 + random() / 2))
    return { retry: true, delaySeconds: Math.min(maxDelaySeconds, Math.max(asked, backoff)) }
  }
  return { retry: false, failure: failureOf(error, message) }
}

interface JudgeInput {
  error: unknown
  message: IngestMessage
  random?: () => number
}

function triesMax(error: unknown, message: IngestMessage): number {
  if (error instanceof ImportFault) return error.triesMax
  // A source that cannot be listed at all is said soon; a transfer under way is worth more patience.
  if (error instanceof SourceError) return error.retryable ? (message.step === 'plan' ? 4 : 7) : 1
  return 5
}

function failureOf(error: unknown, message: IngestMessage): ImportFailure {
  const path = pathOf(error) ?? ('path' in message ? message.path : undefined)
  const known = error instanceof ImportFault || error instanceof SourceError
  const code = known ? error.code : 'internal'
  const text = known ? error.message : `The step "${message.step}" failed on our side: ${messageOf(error)}`
  const named = path === undefined || text.includes(path) ? text : `${path}: ${text}`
  return { code, message: named, ...(path !== undefined && { path }) }
}

const pathOf = (error: unknown): string | undefined =>
  error instanceof ImportFault || error instanceof SourceError ? error.path : undefined
