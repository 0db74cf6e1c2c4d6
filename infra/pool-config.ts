import { machineOf, type PoolsContext, poolDefaults } from './pool-context.ts'

/** Replicas of one kind, which serve the deployments of the pool: an ECS service with an address of its own. */
export interface PoolConfig {
  name: string
  device: 'cuda' | 'cpu'
  /** The allowed machine types; each machine runs one replica. */
  instanceTypes: readonly string[]
  /** The minimum of such a machine. */
  vCpus: number
  memoryGiB: number
  /** Holds the image, its logs and model files. */
  diskGiB: number
  replicasMin: number
  replicasMax: number
  /** How its replicas run models; absent settings have the service's defaults. */
  run: RunConfig
}

/** By the names of the service's settings, which `gpu-service/settings.ts` documents. */
interface RunConfig {
  modelMemoryBytes: number
  cacheBytes: number
  requestTimeoutMs: number
  remoteImages: boolean
  engines: number | undefined
  intraOpThreads: number | undefined
}

/** Reserved for a machine's own agent and system. */
export const machineOverhead = { cpuUnits: 512, memoryMiB: 2048 }

/** The share of a GPU's or replica's memory for models; the rest is for running them. */
const modelsShare = { cuda: 0.7, cpu: 0.6 }
/** The share of a disk for model files; the rest is for the image and logs. */
const cacheShare = 0.6

/** @param replicasMax The default upper limit of replicas. */
export const poolsOf = (given: PoolsContext, { replicasMax }: { replicasMax: number }): PoolConfig[] =>
  Object.entries(given).map(([name, pool]) => {
    const of = poolDefaults[pool.device]
    const least = machineOf(pool)
    const { instanceTypes = of.instanceTypes, diskGiB = of.diskGiB, vCpus = least.vCpus ?? 4 } = pool
    const { memoryGiB = vCpus * (least.memoryGiBPerVCpu ?? 0) } = pool
    const { replicasMin, requestTimeoutMs, remoteImages, engines, intraOpThreads } = pool
    const heldBytes = pool.device === 'cuda' ? (least.gpuMemoryGb ?? 0) * 1000 ** 3 : ofReplica({ memoryGiB })
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
