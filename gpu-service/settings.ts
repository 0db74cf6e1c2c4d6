import * as z from 'zod'
import { logLevel, parseEnvironment, wholeNumber } from '../shared/config.ts'
import { poolName } from '../shared/contract/deployment-settings.ts'
import { defaultPool } from '../shared/table/deployment-item.ts'
import type { ServingConfig } from './serving-config.ts'

/** How models are run, on any host. */
export const runSettings = {
  SLIPWAY_MODEL_MEMORY_BYTES: wholeNumber({ min: 1 })
    .optional()
    .describe("the memory for all loaded models; default: 60 % of the machine's"),
  SLIPWAY_ENGINES: wholeNumber({ min: 1, max: 256 })
    .optional()
    .describe('the number of engines; default: one per core on a CPU, one on a GPU'),
  SLIPWAY_INTRA_OP_THREADS: wholeNumber({ min: 1, max: 256 })
    .optional()
    .describe('threads of one run; default: 1, so that the engines together use all cores'),
  SLIPWAY_CACHE_BYTES: wholeNumber().optional().describe('the size of the model cache on disk; default: 20 GB'),
  SLIPWAY_REQUEST_TIMEOUT_MS: wholeNumber({ min: 1 })
    .optional()
    .describe('the time limit of a request, which may set a shorter one by a header'),
  SLIPWAY_REMOTE_IMAGES: z
    .stringbool('must be "true" or "false"')
    .default(false)
    .describe('whether to fetch images that requests name by an https URL'),
}

const runShape = z.object(runSettings)

export const runConfigOf = (given: z.output<typeof runShape>) =>
  ({
    modelMemoryMaxBytes: given.SLIPWAY_MODEL_MEMORY_BYTES,
    engines: given.SLIPWAY_ENGINES,
    intraOpThreads: given.SLIPWAY_INTRA_OP_THREADS,
    cacheMaxBytes: given.SLIPWAY_CACHE_BYTES,
    requestTimeoutMs: given.SLIPWAY_REQUEST_TIMEOUT_MS,
    remoteImages: given.SLIPWAY_REMOTE_IMAGES,
  }) satisfies Partial<ServingConfig>

/** All settings of the container. */
const serviceSettings = z
  .object({
    SLIPWAY_TABLE: z.string(),
    SLIPWAY_BUCKET: z.string(),
    SLIPWAY_PORT: wholeNumber({ max: 65_535 }).default(8080),
    SLIPWAY_DEVICE: z.enum(['cpu', 'cuda'], 'must be "cpu" or "cuda"').default('cpu'),
    SLIPWAY_CACHE_DIR: z.string().default('/tmp/slipway-models'),
    /** The pool whose deployments this replica serves. */
    SLIPWAY_POOL: poolName.default(defaultPool),
    ...runSettings,
    SLIPWAY_EMF_NAMESPACE: z.string().optional(),
    SLIPWAY_LOG_LEVEL: logLevel,
    SLIPWAY_ADMIN_KEY_SHA256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be the 64 lowercase hex digits of a sha256')
      .optional(),
    /** The service's address for clients, which the registry reports. */
    SLIPWAY_PUBLIC_URL: z.url('must be a URL').optional(),
    /** How long a load balancer may take to notice that `/ready` fails. */
    SLIPWAY_DRAIN_MS: wholeNumber().default(0),
    /** Less than ECS's stop timeout, after which the process is killed. */
    SLIPWAY_GRACE_MS: wholeNumber().default(25_000),
  })
  .refine(({ SLIPWAY_DRAIN_MS: drainMs, SLIPWAY_GRACE_MS: graceMs }) => graceMs > drainMs, {
    path: ['SLIPWAY_GRACE_MS'],
    message: 'must be more than SLIPWAY_DRAIN_MS, or the process would be ended while it still accepts requests',
  })

/** @throws Error naming every setting at fault */
export const readServiceSettings = (environment: Record<string, string | undefined>) =>
  parseEnvironment(serviceSettings, environment)

export const serviceSettingNames: readonly string[] = Object.keys(serviceSettings.shape)
