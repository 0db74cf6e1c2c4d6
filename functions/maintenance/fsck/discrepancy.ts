import type { MaintenanceParts } from '../parts.ts'

/** Something that the table, the objects and the manifests do not agree on, or that is not there. */
export interface Discrepancy {
  kind: string
  /** What it is about, as people say it. */
  place: string
  severity: 'error' | 'warning'
  message: string
  /** Mends it; doing it again changes nothing. Absent where nothing here can. */
  repair?: () => Promise<unknown>
}

export type CheckParts = Pick<MaintenanceParts, 'table' | 'objects' | 'ingest' | 'now'>

/** What was written so lately may still be on its way into the manifests. */
const recentMs = 15 * 60_000

export const isRecent = (at: string | undefined, { now }: Pick<CheckParts, 'now'>): boolean =>
  at !== undefined && now().getTime() - Date.parse(at) < recentMs
