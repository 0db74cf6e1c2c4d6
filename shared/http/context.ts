import type { Principal } from '../auth/principal.ts'
import type { Logger } from '../log.ts'

/** What every request of every app carries. */
export interface HttpVariables {
  requestId: string
  log: Logger
  principal: Principal
}

export interface HttpEnvironment {
  Variables: HttpVariables
}
