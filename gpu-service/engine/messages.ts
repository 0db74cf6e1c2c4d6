import type { Device, Threads } from './engine.ts'

/**
 * What the service asks of an engine's process, one at a time and in order; each is answered once, by its id. Where
 * `more` was asked at the same moment, its answer is sent with the answer to that: to wake the service costs as much as
 * a short run.
 */
export type WorkerRequest = { id: number; more?: boolean } & Question

export type Question =
  | { kind: 'load'; modelId: string; path: string }
  /** The inputs are the frame's tensors. */
  | { kind: 'run'; modelId: string; outputs: readonly string[]; threads: Threads }
  | { kind: 'unload'; modelId: string }

/** The outputs are the frame's tensors. */
export type WorkerReply = { id: number } & ({ ok: true } | { ok: false; reason: string })

export interface WorkerSettings {
  device: Device
  /** Threads of a run that shares the cores with the other engines' runs. */
  intraOpThreads: number
  /** Threads of a run that has the cores to itself. */
  loneThreads: number
  /** Files from this size on have their weights mapped. */
  mapBytesMin: number
}

/** The descriptor of the socket that an engine's process is given. */
export const engineFd = 3
