import type { Device, Threads } from './engine.ts'

/** What the service asks of an engine's process, one at a time and in order; each is answered once, by its id. */
export type WorkerRequest = { id: number } & Question

export type Question =
  | { kind: 'load'; modelId: string; path: string }
  /**
   * The inputs are the frame's tensors. Where `more` follows at once, the answers may go together: to wake the service
   * costs as much as a short run.
   */
  | { kind: 'run'; modelId: string; outputs: readonly string[]; threads: Threads; more?: boolean | undefined }
  | { kind: 'unload'; modelId: string }

/** The outputs are the frame's tensors; `tookMs` is what it took in the process. */
export type WorkerReply = { id: number } & ({ ok: true; tookMs: number } | { ok: false; reason: string })

export interface WorkerSettings {
  device: Device
  /** Threads of a run that shares the cores with the other engines' runs. */
  intraOpThreads: number
  /** Threads of a run that has the cores to itself. */
  loneThreads: number
  /** Files from this size on have their weights mapped. */
  mapBytesMin: number
  /** How much the outputs of a run may hold together. @default 256 MiB */
  outputBytesMax?: number
}

/** The descriptor of the socket that an engine's process is given. */
export const engineFd = 3
