import type { ImportFailure } from '../../shared/contract/import.ts'
import { SourceError } from '../../shared/hf/source.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { isDiskFull } from '../../shared/objects/disk-full.ts'
import { maxDelaySeconds } from '../../shared/queue/queue.ts'
import { faults, ImportFault } from './import-fault.ts'

const backoffMaxSeconds = 300

type Verdict = { retry: true; delaySeconds: number } | { retry: false; failure: ImportFailure }

/** Decides about a step that threw: another try later, or the end of the import with a reason that names the file. */
export function judgeFailure({ error: thrown, message, random = Math.random }: JudgeInput): Verdict {
  const error = isDiskFull(thrown) ? faults.diskFull() : thrown
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
  // An unreachable source is reported soon; a running transfer deserves more patience.
  if (error instanceof SourceError) return error.retryable ? (message.step === 'plan' ? 4 : 7) : 1
  return 5
}

/** The client's view of a failure. An unknown error may hold internal details, so it only goes to the log. */
export function failureOf(error: unknown, message: IngestMessage): ImportFailure {
  const path = pathOf(error) ?? ('path' in message ? message.path : undefined)
  const known = isKnown(error)
  const code = known ? error.code : 'internal'
  const text = known
    ? error.message
    : `The step "${message.step}" failed because of this server. Quote ${subjectOf(message)} when you report it.`
  const named = path === undefined || text.includes(path) ? text : `${path}: ${text}`
  return { code, message: shown(named), ...(path !== undefined && { path: shown(path) }) }
}

function subjectOf(message: IngestMessage): string {
  if ('importId' in message) return `the import ${message.importId}`
  return 'uploadId' in message ? `the upload ${message.uploadId}` : `the repo ${message.repoId}`
}

/** Names come from strangers: invalid Unicode cannot be stored, and control characters must not reach a terminal. */
const shown = (text: string): string => text.toWellFormed().replace(/\p{Cc}/gu, '�')

/** Whether an error concerns the source or its files. */
export const isKnown = (error: unknown): error is ImportFault | SourceError =>
  error instanceof ImportFault || error instanceof SourceError

const pathOf = (error: unknown): string | undefined => (isKnown(error) ? error.path : undefined)
