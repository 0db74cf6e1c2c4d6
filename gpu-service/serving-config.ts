import type { Device } from './engine/engine.ts'
import type { Isolation } from './tasks/isolation.ts'

/** A host's settings of the inference service. */
export interface ServingConfig {
  device: Device
  /** Where model files are kept between starts. */
  cacheDir: string
  /** The folder's limit, above which unused revisions are removed. */
  cacheMaxBytes?: number | undefined
  /** The memory budget of models in all engines; by default a share of the machine's. */
  modelMemoryMaxBytes?: number | undefined
  /** How long a request may wait for its model's load. */
  loadWaitMsMax?: number
  /** Engine processes; by default one per core on a CPU, one on a GPU. */
  engines?: number | undefined
  /** The environment of engine processes; empty by default. */
  engineEnvironment?: Readonly<Record<string, string>>
  /** Threads within a run; by default 1. */
  intraOpThreads?: number | undefined
  /** How often the desired state is read. */
  reconcileMs?: number
  heartbeatMs?: number
  /** This replica's name in the table. */
  replicaId?: string
  /** The pool whose deployments it serves. */
  pool?: string | undefined
  /** The service's address for clients, where that differs from the registry's. */
  publicUrl?: string | undefined
  /** sha256 of the first admin key. */
  adminKeySha256?: string | undefined
  queuedMax?: number
  /**
   * How long a small request may have to wait before it is refused; up to four times as long for a large one. @default
   * 250
   */
  waitMsMax?: number
  /** The limit of requests without a stricter one; unlimited by default. */
  requestTimeoutMs?: number | undefined
  /** Whether inputs run alone, unless the deployment decides. */
  isolate?: Isolation
  /** Whether to fetch pictures from public https addresses in requests; off by default. */
  remoteImages?: boolean
}
