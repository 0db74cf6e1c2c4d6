import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { createVerifier } from '../../shared/auth/verify.ts'
import { parseEnvironment, platformEnvironment, quotaEnvironment, quotasOf } from '../../shared/config.ts'
import { reportingMetrics } from '../../shared/emf.ts'
import { encodedPath } from '../../shared/http/encoded-path.ts'
import { createSqsIngestQueue } from '../../shared/ingest/sqs-ingest-queue.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createS3ObjectStore } from '../../shared/objects/s3-object-store.ts'
import { readSecret } from '../../shared/read-secret.ts'
import { openTable } from '../../shared/table/table.ts'
import { createHubApp } from './app.ts'
import { lambdaUploads } from './uploads/upload-parts.ts'

const environment = parseEnvironment(
  platformEnvironment
    .pick({
      SLIPWAY_TABLE: true,
      SLIPWAY_BUCKET: true,
      SLIPWAY_INGEST_QUEUE_URL: true,
      SLIPWAY_MIRROR_ENDPOINT: true,
      SLIPWAY_HF_TOKEN_SECRET: true,
      AWS_SESSION_TOKEN: true,
      SLIPWAY_ADMIN_KEY_SHA256: true,
      SLIPWAY_EMF_NAMESPACE: true,
      SLIPWAY_LOG_LEVEL: true,
    })
    .extend(quotaEnvironment.shape),
  process.env,
)
const metrics = createMetrics()
const table = openTable({ tableName: environment.SLIPWAY_TABLE })

const hub = {
  table,
  objects: createS3ObjectStore({ bucket: environment.SLIPWAY_BUCKET }),
  ingest: createSqsIngestQueue({ queueUrl: environment.SLIPWAY_INGEST_QUEUE_URL }),
  uploads: lambdaUploads,
  verify: createVerifier({ table, adminKeySha256: environment.SLIPWAY_ADMIN_KEY_SHA256 }),
  log: createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'hub' }),
  metrics,
  quotas: quotasOf(environment),
}

let answer: ReturnType<typeof handle> | undefined

/** Created by the first invocation, or by the next if the mirrored Hub's token could not be read. */
async function createAnswer() {
  const {
    SLIPWAY_MIRROR_ENDPOINT: endpoint,
    SLIPWAY_HF_TOKEN_SECRET: name,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment
  if (endpoint === undefined) return handle(createHubApp(hub))
  const token = name === undefined ? undefined : await readSecret({ name, sessionToken })
  return handle(createHubApp({ ...hub, mirror: { endpoint, token } }))
}

/** A ref of several segments is read as the first ref that exists, because its `%2F` is lost. */
async function answerDecoded(event: HttpApiEvent, context: LambdaContext) {
  answer ??= await createAnswer()
  return answer({ ...event, rawPath: encodedPath(event.rawPath) }, context)
}

export const handler = reportingMetrics({ namespace: environment.SLIPWAY_EMF_NAMESPACE, metrics }, answerDecoded)

type HttpApiEvent = Extract<LambdaEvent, { rawPath: string }>
