import type { Device } from './engine/engine.ts'
import type { Isolation } from './tasks/task.ts'

/** What a host decides of the inference service. */
export interface ServingConfig {
  device: Device
  /** Where the files of models are kept between starts. */
  cacheDir: string
  /** How large that folder may grow before what nothing serves is removed from it. */
  cacheMaxBytes?: number | undefined
  /** What models may take of the memory, in all engines together; by default a share of the machine's. */
  modelMemoryMaxBytes?: number | undefined
  /** How long a request may wait for its model to be loaded. */
  loadWaitMsMax?: number
  /** Engines, which are processes; by default one per core on a CPU, one on a GPU. */
  engines?: number | undefined
  /** What the engines' processes are told of the environment; nothing by default. */
  engineEnvironment?: Readonly<Record<string, string>>
  /** Threads within a run; by default 1. */
  intraOpThreads?: number | undefined
  /** How often the desired state is read. */
  reconcileMs?: number
  heartbeatMs?: number
  /** This replica's name in the table. */
  replicaId?: string
  /** Which deployments it serves: those of this pool. */
  pool?: string | undefined
  /** Where clients reach this service, when it is not where they reach the registry. */
  publicUrl?: string | undefined
  /** sha256 of the first admin key. */
  adminKeySha256?: string | undefined
  queuedMax?: number
  /** How long a small request may have to wait before it is refused; a large one waits up to four times as long. @default 250 */
  waitMsMax?: number
  /** How long a request may take that gives itself no less time; as long as it takes, where it is not said. */
  requestTimeoutMs?: number | undefined
  /** Whether the members of a batch run alone, where a deployment does not say. */
  isolate?: Isolation
  /** Whether pictures are fetched that callers name by an https address on the public internet; off by default. */
  remoteImages?: boolean
}
