import { machineOf, type PoolsContext, poolDefaults } from './pool-context.ts'

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

/** In the words of the service's own settings, which `gpu-service/settings.ts` explains. */
interface RunConfig {
  modelMemoryBytes: number
  cacheBytes: number
  requestTimeoutMs: number
  remoteImages: boolean
  engines: number | undefined
  intraOpThreads: number | undefined
}

/** What a machine keeps for its own agent and system. */
export const machineOverhead = { cpuUnits: 512, memoryMiB: 2048 }

/** Of a GPU's memory or of a replica's, what models may take; the rest is for what their runs need. */
const modelsShare = { cuda: 0.7, cpu: 0.6 }
/** Of a disk, what the files of models may take; the image and the logs need the rest. */
const cacheShare = 0.6

/** @param replicasMax How many replicas a pool of the stage grows to that does not say it. */
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
