import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import type { Table } from '../../shared/table/table.ts'
import { recoverEvents } from './recover-events.ts'
import { resumeImports } from './resume-imports.ts'
import { resumeOwed } from './resume-owed.ts'

/**
 * Resumes all that processes left behind before they ended. What cannot be resumed holds up nothing else.
 * @returns the faults
 */
export async function cleanUp(request: CleanUp): Promise<unknown[]> {
  const sweeps = await Promise.allSettled([resumeImports(request), recoverEvents(request), resumeOwed(request)])
  return sweeps.flatMap((sweep) => (sweep.status === 'rejected' ? [sweep.reason] : []))
}

export interface CleanUp {
  table: Table
  queue: Queue<IngestMessage>
  /** What has moved since is on its way. */
  before: Date
  now: Date
  /** How long what is resumed rests at least. */
  restMs?: number
  /** How often what does not move is resumed. */
  resumesMax?: number
  log: Logger
}
