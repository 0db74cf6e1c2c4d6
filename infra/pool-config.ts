import * as z from 'zod'
import { poolName } from '../shared/contract/deployment-settings.ts'

/** Replicas of one kind, which serve the deployments that name the pool: an ECS service with an address of its own. */
export interface PoolConfig {
  name: string
  device: 'cuda' | 'cpu'
  /** Which machines it may have, each for one replica. */
  instanceTypes: readonly string[]
  /** What such a machine has at least. */
  vCpus: number
  memoryGiB: number
  /** Holds the image, its logs and the files of models. */
  diskGiB: number
  replicasMin: number
  replicasMax: number
  /** What its replicas are told of how to run models; those that are absent are left to the service. */
  run: RunConfig
}

export interface RunConfig {
  modelMemoryBytes: number
  cacheBytes: number
  requestTimeoutMs: number
  remoteImages: boolean
  engines: number | undefined
  intraOpThreads: number | undefined
}

/** What a machine keeps for its own agent and system. */
export const machineOverhead = { cpuUnits: 512, memoryMiB: 2048 }

/** The memory of the one GPU of each family, in GB. */
const gpuMemoryGb: Record<string, number> = { g4dn: 16, g5: 24, g6: 24, gr6: 24, g6e: 48 }

/** Of a GPU's memory or of a replica's, what models may take; the rest is for what their runs need. */
const modelsShare = { cuda: 0.7, cpu: 0.6 }
/** Of a disk, what the files of models may take; the image and the logs need the rest. */
const cacheShare = 0.6

/** The HTTP API ends a request after 30 seconds, and says less than the service would. */
const requestMsMax = 29_000

const defaults = {
  cuda: { instanceTypes: ['g6.*', 'g5.*', 'g4dn.*'], vCpus: 4, memoryGiB: 16, diskGiB: 150 },
  // With the instructions that int8 is fast by.
  cpu: { instanceTypes: ['m7i.*', 'm7a.*'], vCpus: 4, memoryGiB: 16, diskGiB: 80 },
}

const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error })
}
const bytes = whole(1, Number.MAX_SAFE_INTEGER)

const pool = z
  .strictObject({
    device: z.enum(['cuda', 'cpu'], 'must be "cuda" or "cpu"').default('cuda'),
    instanceTypes: z
      .array(z.string().regex(/^[a-z0-9-]+\.[a-z0-9*-]+$/, 'must be like "g6.xlarge" or "g6.*"'))
      .min(1)
      .optional(),
    vCpus: whole(2, 192).optional(),
    memoryGiB: whole(4, 1536).optional(),
    diskGiB: whole(30, 16_384).optional(),
    replicasMin: whole(1, 1000).default(1),
    replicasMax: whole(1, 1000).optional(),
    modelMemoryBytes: bytes.optional(),
    cacheBytes: bytes.optional(),
    requestTimeoutMs: whole(1, requestMsMax).default(requestMsMax),
    remoteImages: z.boolean('must be true or false').default(false),
    engines: whole(1, 256).optional(),
    intraOpThreads: whole(1, 256).optional(),
  })
  .refine(({ replicasMin, replicasMax }) => replicasMax === undefined || replicasMax >= replicasMin, {
    path: ['replicasMax'],
    message: 'must be at least replicasMin',
  })
  .refine((given) => given.modelMemoryBytes !== undefined || leastGpuGb(given) !== undefined, {
    path: ['modelMemoryBytes'],
    message: `is needed, because the GPU memory is known of ${Object.keys(gpuMemoryGb).join(', ')} alone`,
  })

/** The pools by name, as cdk.json has them, or as the text of `-c pools='{"default": {…}}'`. */
export const poolsContext = z
  .preprocess(
    (given) => (typeof given === 'string' ? parseJson(given) : given),
    z.record(poolName, pool, 'must be JSON, like {"default": {"device": "cuda"}, "cpu": {"device": "cpu"}}'),
  )
  .refine((pools) => 'default' in pools, 'must have one named "default", for the deployments that name no pool')
  .default({ default: pool.parse({}) })

/** @param replicasMax How many replicas a pool of the stage grows to that does not say it. */
export const poolsOf = (given: z.output<typeof poolsContext>, { replicasMax }: { replicasMax: number }): PoolConfig[] =>
  Object.entries(given).map(([name, pool]) => {
    const of = defaults[pool.device]
    const { instanceTypes = of.instanceTypes, vCpus = of.vCpus, memoryGiB = of.memoryGiB, diskGiB = of.diskGiB } = pool
    const { replicasMin, requestTimeoutMs, remoteImages, engines, intraOpThreads } = pool
    const heldBytes = pool.device === 'cuda' ? (leastGpuGb(pool) ?? 0) * 1000 ** 3 : ofReplica({ memoryGiB })
    const { modelMemoryBytes = Math.round(heldBytes * modelsShare[pool.device]) } = pool
    const { cacheBytes = Math.floor(diskGiB * 1024 ** 3 * cacheShare) } = pool
    return {
      name,
      device: pool.device,
      instanceTypes,
      vCpus,
      memoryGiB,
      diskGiB,
      replicasMin,
      replicasMax: Math.max(replicasMin, pool.replicasMax ?? replicasMax),
      run: { modelMemoryBytes, cacheBytes, requestTimeoutMs, remoteImages, engines, intraOpThreads },
    }
  })

const ofReplica = ({ memoryGiB }: { memoryGiB: number }) => (memoryGiB * 1024 - machineOverhead.memoryMiB) * 1024 ** 2

/** The smallest that it may come to stand on; on a CPU there is none that matters. */
function leastGpuGb({ device, instanceTypes = defaults.cuda.instanceTypes }: Machines): number | undefined {
  if (device === 'cpu') return 0
  const known = instanceTypes.map((type) => gpuMemoryGb[type.split('.')[0] ?? ''])
  return known.some((memory) => memory === undefined) ? undefined : Math.min(...known.map((memory) => memory ?? 0))
}

interface Machines {
  device: PoolConfig['device']
  instanceTypes?: readonly string[] | undefined
}

/** What is no JSON stays text, which is no pools. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
