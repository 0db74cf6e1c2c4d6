import type { Verifier } from '../../shared/auth/verify.ts'
import type { Logger } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { Router } from '../deployments/route.ts'
import type { Device } from '../engine/engine.ts'
import type { Admission } from './admission.ts'
import type { ShadowRequests } from './shadow-requests.ts'

/** What the routes of every protocol are made from. */
export interface ServingParts {
  verify: Verifier
  router: Router
  metrics: Metrics
  log: Logger
  readiness: Readiness
  admission: Admission
  /** What copies requests for shadow targets; a copy is not copied. */
  shadows?: Pick<ShadowRequests, 'copy'> | undefined
  /** What the models run on. */
  device: Device
}

/** Whether this replica should be sent requests. */
interface Readiness {
  /** `undefined` when it should, else why not. */
  reason(): string | undefined
}
