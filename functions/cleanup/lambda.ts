import { parseEnvironment, platformEnvironment } from '../../shared/config.ts'
import { createSqsIngestQueue } from '../../shared/ingest/sqs-ingest-queue.ts'
import { createLogger } from '../../shared/log.ts'
import { openTable } from '../../shared/table/table.ts'
import { cleanUp } from './clean-up.ts'

/** Longer than any step runs or retry waits, so that a running import is not disturbed. */
const quietMs = 30 * 60 * 1000

/** With doubling pauses, an import that makes no progress ends after 31 half hours. */
const resumesMax = 5

const environment = parseEnvironment(
  platformEnvironment.pick({
    SLIPWAY_TABLE: true,
    SLIPWAY_INGEST_QUEUE_URL: true,
    SLIPWAY_LOG_LEVEL: true,
  }),
  process.env,
)
const log = createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'cleanup' })
const table = openTable({ tableName: environment.SLIPWAY_TABLE })
const queue = createSqsIngestQueue({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL })

export const handler = async () => {
  const now = new Date()
  const before = new Date(now.getTime() - quietMs)
  const faults = await cleanUp({ table, queue, before, now, pauseMs: quietMs, resumesMax, log })
  for (const fault of faults.slice(1)) log.error({ err: fault }, 'another sweep failed too')
  if (faults.length > 0) throw faults[0]
}
