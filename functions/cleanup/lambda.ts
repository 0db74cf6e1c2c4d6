import { parseEnvironment, platformEnvironment } from '../../shared/config.ts'
import { createLogger } from '../../shared/log.ts'
import { createSqsQueue } from '../../shared/queue/sqs-queue.ts'
import { openTable } from '../../shared/table/table.ts'
import { recoverEvents } from './recover-events.ts'
import { resumeImports } from './resume-imports.ts'
import { resumeOwed } from './resume-owed.ts'

/** Longer than any step runs and any retry waits, so that an import on its way is not disturbed. */
const quietMs = 30 * 60 * 1000

/** With rests that double, an import that does not move is ended after 31 half hours. */
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
const queue = createSqsQueue({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL })

export const handler = async () => {
  const now = new Date()
  await resumeImports({ table, queue, before: new Date(now.getTime() - quietMs), restMs: quietMs, resumesMax, log })
  await recoverEvents({ table, before: new Date(now.getTime() - quietMs), log })
  await resumeOwed({ table, queue, before: new Date(now.getTime() - quietMs), now, log })
}
