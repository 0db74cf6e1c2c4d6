import type { MaintenanceFinding } from '../../../shared/contract/maintenance.ts'
import type { MaintenanceJobItem } from '../../../shared/table/maintenance-jobs.ts'
import type { MaintenanceParts } from '../parts.ts'

/**
 * A part of a job, done in pieces. A piece may be done again from its start where whoever did it died, so it must not
 * matter that it is; what it counts is kept together with how far it came.
 */
export interface Phase {
  name: string
  /** @returns where the next piece starts; `undefined` where the phase is over. */
  run(step: Step): Promise<Next | undefined>
}

export interface Next {
  cursor: unknown
  /** How long the next piece is to wait. */
  delaySeconds?: number
}

export interface Step {
  parts: MaintenanceParts
  job: MaintenanceJobItem
  /** Where the piece starts; absent at the start of the phase. */
  cursor: unknown
  /** Kept from piece to piece; small. */
  memo: Record<string, unknown>
  count(what: string, by?: number): void
  report(finding: MaintenanceFinding): Promise<void>
  signal: AbortSignal
}

/** Why a job cannot be done. Trying again does not help. */
export class MaintenanceFault extends Error {
  override name = 'MaintenanceFault'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** That what was asked for cannot be done as it was asked: nothing was changed, and nothing is broken. */
export class MaintenanceRefusal extends MaintenanceFault {
  override name = 'MaintenanceRefusal'
}
