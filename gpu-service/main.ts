import { hostname } from 'node:os'
import * as z from 'zod'
import { logLevel, parseEnvironment } from '../shared/config.ts'
import { poolName } from '../shared/contract/deployment-settings.ts'
import { createLogger } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'
import { createS3ObjectStore } from '../shared/objects/s3-object-store.ts'
import { openTable } from '../shared/table/table.ts'
import { drainOnSignal } from './drain-on-signal.ts'
import { emitQueueDepth } from './emf.ts'
import { engineEnvironment } from './engine/engine-environment.ts'
import { listen } from './listen.ts'
import { startServing } from './serving.ts'

/** The composition root in the container. */
const environment = parseEnvironment(
  z.object({
    SLIPWAY_TABLE: z.string(),
    SLIPWAY_BUCKET: z.string(),
    SLIPWAY_PORT: z.coerce.number().int().min(0).max(65535).default(8080),
    SLIPWAY_DEVICE: z.enum(['cpu', 'cuda']).default('cpu'),
    SLIPWAY_CACHE_DIR: z.string().default('/tmp/slipway-models'),
    SLIPWAY_CACHE_BYTES: z.coerce.number().int().min(0).optional(),
    /** Which deployments this replica serves: those of this pool. */
    SLIPWAY_POOL: poolName.default('default'),
    /** What models may take of the memory, in all engines together. */
    SLIPWAY_MODEL_MEMORY_BYTES: z.coerce.number().int().min(1).optional(),
    SLIPWAY_ENGINES: z.coerce.number().int().min(1).max(64).optional(),
    /** After which a request is told that its answer was not ready; it may give itself less time by a header. */
    SLIPWAY_REQUEST_TIMEOUT_MS: z.coerce.number().int().min(1).optional(),
    SLIPWAY_EMF_NAMESPACE: z.string().optional(),
    /** Whether pictures are fetched that callers name by their https address. */
    SLIPWAY_REMOTE_IMAGES: z.stringbool().default(false),
    SLIPWAY_LOG_LEVEL: logLevel,
    SLIPWAY_ADMIN_KEY_SHA256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    /** Where clients reach the service: what the registry tells them. */
    SLIPWAY_PUBLIC_URL: z.url().optional(),
    /** How long a load balancer may take to see that `/ready` says no. */
    SLIPWAY_DRAIN_MS: z.coerce.number().int().min(0).default(0),
    /** Below ECS's stop timeout, after which the process is killed. */
    SLIPWAY_GRACE_MS: z.coerce.number().int().min(0).default(25_000),
  }),
  process.env,
)

const log = createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'gpu-service' })
const metrics = createMetrics()
const serving = startServing({
  table: openTable({ tableName: environment.SLIPWAY_TABLE }),
  objects: createS3ObjectStore({ bucket: environment.SLIPWAY_BUCKET }),
  config: {
    device: environment.SLIPWAY_DEVICE,
    cacheDir: environment.SLIPWAY_CACHE_DIR,
    cacheMaxBytes: environment.SLIPWAY_CACHE_BYTES,
    modelMemoryMaxBytes: environment.SLIPWAY_MODEL_MEMORY_BYTES,
    publicUrl: environment.SLIPWAY_PUBLIC_URL,
    engines: environment.SLIPWAY_ENGINES,
    engineEnvironment: engineEnvironment(process.env),
    pool: environment.SLIPWAY_POOL,
    replicaId: `${hostname()}-${process.pid}`,
    adminKeySha256: environment.SLIPWAY_ADMIN_KEY_SHA256,
    requestTimeoutMs: environment.SLIPWAY_REQUEST_TIMEOUT_MS,
    remoteImages: environment.SLIPWAY_REMOTE_IMAGES,
  },
  log,
  metrics,
  // A bundle lies beside the bundled worker, a checkout in the folder above it.
  workerUrl: new URL(import.meta.url.endsWith('.ts') ? './engine/worker.ts' : './worker.js', import.meta.url),
})
const server = listen({
  fetch: serving.app.fetch,
  refusals: serving.refusals,
  port: environment.SLIPWAY_PORT,
  onListening: (port) => log.info({ port, url: environment.SLIPWAY_PUBLIC_URL }, 'listening'),
})
drainOnSignal({
  server,
  serving,
  log,
  drainMs: environment.SLIPWAY_DRAIN_MS,
  graceMs: environment.SLIPWAY_GRACE_MS,
  exit: (code) => process.exit(code),
})
if (environment.SLIPWAY_EMF_NAMESPACE !== undefined)
  emitQueueDepth({
    namespace: environment.SLIPWAY_EMF_NAMESPACE,
    metrics,
    write: (line) => process.stdout.write(`${line}\n`),
  })
