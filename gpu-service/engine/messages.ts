import type { Device, EngineCall, Tensors } from './engine.ts'

/** What the main thread asks of a worker, one at a time and in order; each is answered once, by its id. */
export type WorkerRequest = { id: number } & (
  | { kind: 'load'; modelId: string; path: string }
  | ({ kind: 'run'; modelId: string } & EngineCall)
  | { kind: 'unload'; modelId: string }
  | { kind: 'close' }
)

export type WorkerReply = { id: number } & ({ ok: true; tensors?: Tensors } | { ok: false; reason: string })

export interface WorkerSettings {
  device: Device
  intraOpThreads: number
}

/** The buffers that change hands with a message instead of being copied. */
export const buffersOf = (tensors: Tensors): ArrayBuffer[] => [
  ...new Set(Object.values(tensors).flatMap(({ data }) => (Array.isArray(data) ? [] : [data.buffer]))),
]
