import { parseEnvironment, platformEnvironment, quotaEnvironment, quotasOf } from '../../shared/config.ts'
import { createSqsIngestQueue } from '../../shared/ingest/sqs-ingest-queue.ts'
import { createLogger } from '../../shared/log.ts'
import { dropQuietSeconds } from '../../shared/model/drop-rest.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import { createSqsComeBack } from '../../shared/queue/sqs-come-back.ts'
import { createSqsQueue } from '../../shared/queue/sqs-queue.ts'
import { handleSqsRecords, type SqsEvent } from '../../shared/queue/sqs-records.ts'
import { openTable } from '../../shared/table/table.ts'
import { handleDrop } from './handle-drop.ts'

const environment = parseEnvironment(
  platformEnvironment
    .pick({
      SLIPWAY_TABLE: true,
      SLIPWAY_BUCKET: true,
      SLIPWAY_INGEST_QUEUE_URL: true,
      SLIPWAY_DROP_QUEUE_URL: true,
      SLIPWAY_LOG_LEVEL: true,
    })
    .extend(quotaEnvironment.shape),
  process.env,
)
const log = createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'drop' })
const dependencies = {
  table: openTable({ tableName: environment.SLIPWAY_TABLE }),
  objects: createS3ObjectStore({ bucket: environment.SLIPWAY_BUCKET }),
  ingest: createSqsIngestQueue({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL }),
  drops: createSqsQueue({ queueUrl: environment.SLIPWAY_DROP_QUEUE_URL }),
  quietSeconds: dropQuietSeconds,
  importsMax: quotasOf(environment).imports,
  log,
  now: () => new Date(),
}

const comeBack = createSqsComeBack({ queueUrl: environment.SLIPWAY_DROP_QUEUE_URL })

export const handler = (event: SqsEvent, context: { getRemainingTimeInMillis(): number }) =>
  handleSqsRecords(event, {
    handler: (message) => handleDrop(message, dependencies),
    comeBack,
    signal: AbortSignal.timeout(context.getRemainingTimeInMillis()),
    log,
  })
