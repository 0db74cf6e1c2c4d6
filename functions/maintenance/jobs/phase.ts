import type { MaintenanceFinding } from '../../../shared/contract/maintenance.ts'
import type { MaintenanceJobItem } from '../../../shared/table/maintenance-jobs.ts'
import type { MaintenanceParts } from '../parts.ts'

/**
 * A phase of a job, done in pieces. A piece may run again after its worker died, so it must be idempotent; its counts
 * are saved together with its position.
 */
export interface Phase {
  name: string
  /** @returns where the next piece starts; `undefined` at the end of the phase */
  run(step: Step): Promise<Next | undefined>
}

export interface Next {
  cursor: unknown
  /** The delay before the next piece. */
  delaySeconds?: number
}

export interface Step {
  parts: MaintenanceParts
  job: MaintenanceJobItem
  /** Where the piece starts; absent at the start of the phase. */
  cursor: unknown
  /** Values passed from piece to piece; must stay small. */
  memo: Record<string, unknown>
  count(what: string, by?: number): void
  report(finding: MaintenanceFinding): Promise<void>
  signal: AbortSignal
}

/** Why a job cannot be done. Retrying does not help. */
export class MaintenanceFault extends Error {
  override name = 'MaintenanceFault'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The request cannot be done as given; nothing was changed, and nothing is broken. */
export class MaintenanceRefusal extends MaintenanceFault {
  override name = 'MaintenanceRefusal'
}
