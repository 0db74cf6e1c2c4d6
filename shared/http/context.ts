import type { Principal } from '../auth/principal.ts'
import type { Logger } from '../log.ts'

/** What every request of every app carries. */
export interface HttpVariables {
  requestId: string
  log: Logger
  /** Who asks; absent where a route is open to strangers and one asks. */
  principal: Principal | undefined
}

export interface HttpEnvironment {
  Variables: HttpVariables
}
