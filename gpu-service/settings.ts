import * as z from 'zod'
import { logLevel, parseEnvironment, wholeNumber } from '../shared/config.ts'
import { poolName } from '../shared/contract/deployment-settings.ts'
import { defaultPool } from '../shared/table/deployment-item.ts'
import type { ServingConfig } from './serving-config.ts'

/** How models are run, on any host. */
export const runSettings = {
  SLIPWAY_MODEL_MEMORY_BYTES: wholeNumber({ min: 1 })
    .optional()
    .describe("what models may take of the memory, all together; six tenths of the machine's where it is not set"),
  SLIPWAY_ENGINES: wholeNumber({ min: 1, max: 256 })
    .optional()
    .describe('how many runs are made at once; one per core on a CPU and one on a GPU where it is not set'),
  SLIPWAY_INTRA_OP_THREADS: wholeNumber({ min: 1, max: 256 })
    .optional()
    .describe('threads of one run; 1 where it is not set, which has the engines use all cores'),
  SLIPWAY_CACHE_BYTES: wholeNumber()
    .optional()
    .describe('how large the files of models on this disk may grow; 20 GB where it is not set'),
  SLIPWAY_REQUEST_TIMEOUT_MS: wholeNumber({ min: 1 })
    .optional()
    .describe('after which a request is told that its answer is not ready; it may give itself less by a header'),
  SLIPWAY_REMOTE_IMAGES: z
    .stringbool('must be "true" or "false"')
    .default(false)
    .describe('whether pictures are fetched that callers name by their https address'),
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
