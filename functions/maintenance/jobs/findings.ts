import { createHash } from 'node:crypto'
import type { MaintenanceFinding } from '../../../shared/contract/maintenance.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { Page, Table } from '../../../shared/table/table.ts'

const lifeSeconds = 90 * 24 * 3600

/** Identifies a finding by kind and place, so that it is stored once. */
const placeOf = ({ kind, place }: MaintenanceFinding): string =>
  `FOUND#${kind}#${createHash('sha256').update(place).digest('hex').slice(0, 32)}`

export const putFinding = (
  table: Table,
  { jobId, finding, now }: { jobId: string; finding: MaintenanceFinding; now: Date },
): Promise<void> =>
  table.put({ ...keys.maintenanceFinding(jobId, placeOf(finding)), ...finding, expiresAt: expiryOf(now) })

export const expiryOf = (now: Date): number => Math.floor(now.getTime() / 1000) + lifeSeconds

export const listFindings = (
  table: Table,
  { jobId, ...page }: { jobId: string; limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<MaintenanceFinding>> =>
  table.query<MaintenanceFinding>({
    expression: 'pk = :pk AND begins_with(sk, :found)',
    values: { ':pk': keys.maintenanceFinding(jobId, '').pk, ':found': 'FOUND#' },
    consistent: true,
    ...page,
  })
