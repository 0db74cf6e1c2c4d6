import { parseEnvironment, platformEnvironment, poolDevices, quotaEnvironment, quotasOf } from '../../shared/config.ts'
import { reportingMetrics } from '../../shared/emf.ts'
import { createSqsIngestQueue } from '../../shared/ingest/sqs-ingest-queue.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import type { MessageHandler } from '../../shared/queue/queue.ts'
import { createSqsComeBack } from '../../shared/queue/sqs-come-back.ts'
import { handleSqsRecords, type SqsEvent } from '../../shared/queue/sqs-records.ts'
import { readSecret } from '../../shared/read-secret.ts'
import { openTable } from '../../shared/table/table.ts'
import { defaultLimits, type IngestDependencies } from './dependencies.ts'
import { handleMessage } from './handle-message.ts'
import { sourceOpener } from './sources/open-source.ts'

/** The time reserved for sending a stopped step's message again. */
const marginMs = 20_000

/**
 * What a 15-minute invocation reads and hashes at a function's 600 Mbit/s, with a third to spare. The state of a hash
 * cannot be carried into the next invocation.
 */
const fileBytesMax = 40 * 1024 ** 3

const environment = parseEnvironment(
  platformEnvironment
    .pick({
      SLIPWAY_TABLE: true,
      SLIPWAY_BUCKET: true,
      SLIPWAY_INGEST_QUEUE_URL: true,
      HF_ENDPOINT: true,
      SLIPWAY_HF_TOKEN_SECRET: true,
      AWS_SESSION_TOKEN: true,
      SLIPWAY_EMF_NAMESPACE: true,
      SLIPWAY_LOG_LEVEL: true,
    })
    .extend(quotaEnvironment.shape)
    .extend({ SLIPWAY_POOL_DEVICES: poolDevices }),
  process.env,
)
const log = createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'ingest' })
const metrics = createMetrics()
const objects = createS3ObjectStore({ bucket: environment.SLIPWAY_BUCKET })
const quotas = quotasOf(environment)
const dependencies = {
  table: openTable({ tableName: environment.SLIPWAY_TABLE }),
  objects,
  queue: createSqsIngestQueue({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL }),
  limits: { ...defaultLimits, fileBytesMax, reposMax: quotas.repos, storedBytesMax: quotas.storedBytes },
  poolDevices: environment.SLIPWAY_POOL_DEVICES,
  log,
  metrics,
  now: () => new Date(),
}

let openSource: IngestDependencies['openSource'] | undefined

/** Created for the first message, or for the next if the token could not be read. */
async function createOpener() {
  const { HF_ENDPOINT, SLIPWAY_BUCKET, SLIPWAY_HF_TOKEN_SECRET: name, AWS_SESSION_TOKEN: sessionToken } = environment
  const hfToken = name === undefined ? undefined : await readSecret({ name, sessionToken })
  return sourceOpener({ objects, hfEndpoint: HF_ENDPOINT, hfToken, bucketAddress: `s3://${SLIPWAY_BUCKET}/` })
}

const comeBack = createSqsComeBack({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL })

const work: MessageHandler<unknown> = async (message, delivery) => {
  openSource ??= await createOpener()
  await handleMessage(message, delivery, { ...dependencies, openSource })
}

export const handler = reportingMetrics(
  { namespace: environment.SLIPWAY_EMF_NAMESPACE, metrics },
  async (event: SqsEvent, context: { getRemainingTimeInMillis(): number }) => {
    const signal = AbortSignal.timeout(context.getRemainingTimeInMillis() - marginMs)
    return handleSqsRecords(event, { handler: work, comeBack, signal, log })
  },
)
