import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { createVerifier } from '../../shared/auth/verify.ts'
import { parseEnvironment, platformEnvironment, poolDevices, quotaEnvironment, quotasOf } from '../../shared/config.ts'
import { reportingMetrics } from '../../shared/emf.ts'
import { createSqsIngestQueue } from '../../shared/ingest/sqs-ingest-queue.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { openTable } from '../../shared/table/table.ts'
import { version } from '../../shared/version.ts'
import { createRegistryApp } from './app.ts'
import { encodedNames } from './names-in-path.ts'

const environment = parseEnvironment(
  platformEnvironment
    .pick({
      SLIPWAY_TABLE: true,
      SLIPWAY_INGEST_QUEUE_URL: true,
      SLIPWAY_ADMIN_KEY_SHA256: true,
      SLIPWAY_EMF_NAMESPACE: true,
      SLIPWAY_LOG_LEVEL: true,
    })
    .extend(quotaEnvironment.shape)
    .extend({ SLIPWAY_POOL_DEVICES: poolDevices }),
  process.env,
)
const metrics = createMetrics()
const table = openTable({ tableName: environment.SLIPWAY_TABLE })

const app = createRegistryApp({
  table,
  version,
  ingest: createSqsIngestQueue({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL }),
  verify: createVerifier({ table, adminKeySha256: environment.SLIPWAY_ADMIN_KEY_SHA256 }),
  log: createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'registry' }),
  metrics,
  poolDevices: environment.SLIPWAY_POOL_DEVICES,
  // Each pool has its own address, which its replicas report.
  isServedHere: false,
  quotas: quotasOf(environment),
})

const answer = handle(app)
const answerDecoded = (event: HttpApiEvent, context: LambdaContext) =>
  answer({ ...event, rawPath: encodedNames(event.rawPath) }, context)

export const handler = reportingMetrics({ namespace: environment.SLIPWAY_EMF_NAMESPACE, metrics }, answerDecoded)

type HttpApiEvent = Extract<LambdaEvent, { rawPath: string }>
