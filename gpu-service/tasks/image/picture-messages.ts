import type { FitSettings } from './fit.ts'

/** What the process that decodes pictures is asked, one at a time. */
export interface PictureRequest {
  id: number
  bytes: Uint8Array
  fit: FitSettings
}

export type PictureReply = { id: number } & ({ ok: true; planes: Uint8Array } | { ok: false; fault: string })
