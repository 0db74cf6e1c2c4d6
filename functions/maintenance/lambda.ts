import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { createVerifier } from '../../shared/auth/verify.ts'
import { parseEnvironment, platformEnvironment, quotaEnvironment, quotasOf } from '../../shared/config.ts'
import { reportingMetrics } from '../../shared/emf.ts'
import { createSqsIngestQueue } from '../../shared/ingest/sqs-ingest-queue.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import type { MessageHandler } from '../../shared/queue/queue.ts'
import { createSqsComeBack } from '../../shared/queue/sqs-come-back.ts'
import { createSqsQueue } from '../../shared/queue/sqs-queue.ts'
import { handleSqsRecords, type SqsEvent } from '../../shared/queue/sqs-records.ts'
import { openScan } from '../../shared/table/scan.ts'
import { openTable } from '../../shared/table/table.ts'
import { createMaintenanceApp } from './app.ts'
import { runJob } from './jobs/run-job.ts'
import { defaultLimits, type MaintenanceParts } from './parts.ts'

const environment = parseEnvironment(
  platformEnvironment
    .pick({
      SLIPWAY_TABLE: true,
      SLIPWAY_BUCKET: true,
      SLIPWAY_INGEST_QUEUE_URL: true,
      SLIPWAY_MAINTENANCE_QUEUE_URL: true,
      SLIPWAY_ADMIN_KEY_SHA256: true,
      SLIPWAY_EMF_NAMESPACE: true,
      SLIPWAY_LOG_LEVEL: true,
    })
    .extend(quotaEnvironment.shape),
  process.env,
)
const log = createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'maintenance' })
const metrics = createMetrics()
const tableName = environment.SLIPWAY_TABLE
const table = openTable({ tableName })
const parts: MaintenanceParts = {
  table,
  scan: openScan({ tableName }),
  objects: createS3ObjectStore({ bucket: environment.SLIPWAY_BUCKET }),
  queue: createSqsQueue({ queueUrl: environment.SLIPWAY_MAINTENANCE_QUEUE_URL }),
  ingest: createSqsIngestQueue({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL }),
  log,
  now: () => new Date(),
  limits: defaultLimits,
}
const verify = createVerifier({ table, adminKeySha256: environment.SLIPWAY_ADMIN_KEY_SHA256 })
const answer = handle(createMaintenanceApp({ table, parts, verify, log, metrics, quotas: quotasOf(environment) }))

const comeBack = createSqsComeBack({ queueUrl: environment.SLIPWAY_MAINTENANCE_QUEUE_URL })

/** The time reserved for stopping the work. */
const marginMs = 20_000

/** Handles both requests and jobs. */
async function work(event: LambdaEvent | SqsEvent, context: LambdaContext & { getRemainingTimeInMillis(): number }) {
  if (!('Records' in event)) return answer(event, context)
  const signal = AbortSignal.timeout(context.getRemainingTimeInMillis() - marginMs)
  const handler: MessageHandler<unknown> = (message, delivery) => runJob(message, delivery, parts)
  return handleSqsRecords(event, { handler, comeBack, signal, log })
}

export const handler = reportingMetrics({ namespace: environment.SLIPWAY_EMF_NAMESPACE, metrics }, work)
