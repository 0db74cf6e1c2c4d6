import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import { allOwedWork, type OwedWork, restOwedWork } from '../../shared/table/owed-work.ts'
import type { Table } from '../../shared/table/table.ts'

/** Sends the messages again that changes of repos asked for before, and that nobody has worked off since. */
export async function resumeOwed({ table, queue, before, now, log }: ResumeOwed): Promise<number> {
  let resumed = 0
  for await (const work of allOwedWork(table, before)) {
    if (!(await restOwedWork(table, work, now))) continue
    await queue.send({ message: messageOf(work) })
    resumed++
  }
  if (resumed > 0) log.info({ resumed }, `${resumed} changes of repos are recorded late`)
  return resumed
}

export interface ResumeOwed {
  table: Table
  queue: Queue<IngestMessage>
  before: Date
  now: Date
  log: Logger
}

const messageOf = ({ repoId, revision }: OwedWork): IngestMessage =>
  revision === undefined
    ? { step: 'write-repo-manifest', repoId, attempt: 1 }
    : { step: 'inspect-revision', repoId, revision, attempt: 1 }
