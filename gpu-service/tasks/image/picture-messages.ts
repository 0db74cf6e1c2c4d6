import type { FitSettings } from './fit.ts'

/** A request to the decoder process, which handles one at a time. */
export interface PictureRequest {
  id: number
  bytes: Uint8Array
  fit: FitSettings
}

export type PictureReply = { id: number } & ({ ok: true; planes: Uint8Array } | { ok: false; fault: string })
