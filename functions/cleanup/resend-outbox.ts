import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { newEvent } from '../../shared/table/audit.ts'
import type { ItemKey } from '../../shared/table/keys.ts'
import { dueEntries, giveUpEntry, type OutboxEntry, postponeEntry } from '../../shared/table/outbox.ts'
import type { Table } from '../../shared/table/table.ts'
import { backoffUntil, resumesMaxOfOneProcess } from './resume-backoff.ts'

/**
 * Sends the messages of unfinished follow-up work again. The pause doubles each time, and in the end the work is given
 * up: the audit log records that, and a check of the registry finds the missing or old manifest.
 */
export async function resendOutbox(request: ResendRequest): Promise<number> {
  const { table, queue, before, pauseMs = 0, resumesMax = resumesMaxOfOneProcess, log } = request
  let resumed = 0
  for await (const entry of dueEntries(table, before)) {
    const resumes = (entry.resumes ?? 0) + 1
    if (resumes > resumesMax) {
      await giveUp(entry, request)
      continue
    }
    if (!(await postponeEntry(table, entry, { until: backoffUntil({ before, pauseMs, times: resumes }), resumes })))
      continue
    await queue.send({ message: messageOf(entry) })
    resumed++
  }
  if (resumed > 0) log.info({ resumed }, `${resumed} changes of repos are recorded late`)
  return resumed
}

export interface ResendRequest {
  table: Table
  queue: Queue<IngestMessage>
  before: Date
  now: Date
  /** The shortest pause of resumed work. */
  pauseMs?: number
  /** How often unfinished work is resumed. */
  resumesMax?: number
  log: Logger
}

async function giveUp(entry: OutboxEntry & ItemKey, { table, now, log }: ResendRequest) {
  const { repoId, revision, resumes } = entry
  const { step } = messageOf(entry)
  const event = newEvent(
    {
      actor: { userId: 'cleanup' },
      action: revision === undefined ? 'repo.record' : 'revision.inspect',
      owner: '-',
      target: revision === undefined ? `repos/${repoId}` : `repos/${repoId}/revisions/${revision}`,
      outcome: { result: 'failed', code: 'stood_still' },
    },
    now,
  )
  if (await giveUpEntry(table, entry, event))
    log.error({ repoId, revision, step, resumes }, `given up after ${resumes} attempts: ${step} of ${repoId}`)
}

const messageOf = ({ repoId, revision }: OutboxEntry): IngestMessage =>
  revision === undefined
    ? { step: 'write-repo-manifest', repoId, attempt: 1 }
    : { step: 'inspect-revision', repoId, revision, attempt: 1 }
