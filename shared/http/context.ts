import type { Principal } from '../auth/principal.ts'
import type { Logger } from '../log.ts'
import type { AuditIntent } from '../table/audit-intents.ts'
import type { AuditSubject } from './audit-subject.ts'

/** What every request of every app carries. */
export interface HttpVariables {
  requestId: string
  /** Of the host; `logOf` knows the request too. */
  log: Logger
  /** Whether the answer carries the request's id already. */
  hasRequestId?: boolean | undefined
  /** Who asks; absent where a route is open to strangers and one asks. */
  principal: Principal | undefined
  /** What the route knows better than its path does of what it did something to, for the audit log. */
  subject?: AuditSubject | undefined
  /** What was announced to the audit log, until it is told how it ended. */
  intent?: AuditIntent | undefined
}

export interface HttpEnvironment {
  Variables: HttpVariables
}
