import type { Device, Threads } from './engine.ts'

/** A request to an engine process. Requests are handled in order, and each is answered once by its id. */
export type WorkerRequest = { id: number } & Question

export type Question =
  /** Files that the load writes are at `partial` until they are complete. */
  | { kind: 'load'; modelId: string; path: string; partial: string }
  /**
   * The inputs are the frame's tensors. If `more` runs follow at once, their replies may be sent together, because waking
   * the service costs as much as a short run.
   */
  | { kind: 'run'; modelId: string; outputs: readonly string[]; threads: Threads; more?: boolean | undefined }
  | { kind: 'unload'; modelId: string }

/** The outputs are the frame's tensors; `tookMs` is the time in the process. */
export type WorkerReply = { id: number } & ({ ok: true; tookMs: number } | { ok: false; reason: string })

export interface WorkerSettings {
  device: Device
  /** Threads of a run that shares the cores with other engines. */
  intraOpThreads: number
  /** Threads of a run while no other engine runs. */
  loneThreads: number
  /** Files of at least this size have their weights mapped. */
  mapBytesMin: number
  /** The maximum total size of a run's outputs. @default 256 MiB */
  outputBytesMax?: number
}

/** The file descriptor of the socket in an engine process. */
export const engineFd = 3
