import type { MaintenanceParts } from '../parts.ts'

/** A disagreement between the table, the objects and the manifests, or something missing. */
export interface Discrepancy {
  kind: string
  /** What it concerns, for people. */
  place: string
  severity: 'error' | 'warning'
  message: string
  /** Fixes it, idempotently; absent where nothing here can. */
  repair?: () => Promise<unknown>
}

export type CheckParts = Pick<MaintenanceParts, 'table' | 'objects' | 'ingest' | 'now'>

/** More recent writes may not be in the manifests yet. */
const recentMs = 15 * 60_000

export const isRecent = (at: string | undefined, { now }: Pick<CheckParts, 'now'>): boolean =>
  at !== undefined && now().getTime() - Date.parse(at) < recentMs
