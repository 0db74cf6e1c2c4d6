import type { DropMessage } from '../../functions/drop/drop-message.ts'
import type { MaintenanceMessage } from '../../functions/maintenance/jobs/message.ts'
import { groupOf } from '../../shared/ingest/group-of.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import { LocalQueue } from '../../shared/queue/local-queue.ts'
import { receivesMax } from '../../shared/queue/queue.ts'

/** One import transfers eight files at once, and other imports still get turns. */
const ingestTurns = { groupOf, concurrency: 10, keptForOthers: 2 }

/** The queues of AWS, in this process. */
export interface LocalQueues {
  ingest: LocalQueue<IngestMessage>
  drops: LocalQueue<DropMessage>
  maintenance: LocalQueue<MaintenanceMessage>
}

export function createLocalQueues({ log }: { log: Logger }): LocalQueues {
  const onFailure = ({ error, dead }: { error: unknown; dead: boolean }) =>
    log.error({ err: error, dead }, dead ? 'a message was given up' : 'a message failed and will be tried again')
  const options = { visibilityTimeoutMs: 6 * 3_600_000, maxReceiveCount: receivesMax, concurrency: 8, onFailure }
  return {
    ingest: new LocalQueue({ name: 'ingest', ...options, ...ingestTurns }),
    drops: new LocalQueue({ name: 'drops', ...options }),
    maintenance: new LocalQueue({ name: 'maintenance', ...options }),
  }
}
