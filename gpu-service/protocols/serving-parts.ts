import type { Context } from 'hono'
import type { Verifier } from '../../shared/auth/verify.ts'
import type { Logger } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { Route, Router } from '../deployments/route.ts'
import type { Device } from '../engine/engine.ts'
import type { Admission } from './admission.ts'
import type { ServingEnvironment } from './serving-environment.ts'

/** What the routes of every protocol share. */
export interface ServingParts {
  verify: Verifier
  router: Router
  metrics: Metrics
  log: Logger
  readiness: Readiness
  admission: Admission
  /** Copies requests to shadow targets; absent for a copy itself. */
  shadows?: { copy(context: Context<ServingEnvironment>, route: Route): void } | undefined
  /** The device of the models. */
  device: Device
}

/** Whether this replica should get requests. */
interface Readiness {
  /** `undefined` if it should, otherwise the reason. */
  reason(): string | undefined
}
