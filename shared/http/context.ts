import type { Principal } from '../auth/principal.ts'
import type { Logger } from '../log.ts'
import type { AuditIntent } from '../table/audit-intents.ts'

/** The variables of every request in every app. */
export interface HttpVariables {
  requestId: string
  /** The host's logger; `logOf` adds the request. */
  log: Logger
  /** Whether the answer already has the request's id. */
  hasRequestId?: boolean | undefined
  /** The caller; absent on an open route without a token. */
  principal: Principal | undefined
  /** What the route knows about the action that its path does not say, for the audit log. */
  subject?: AuditSubject | undefined
  /** The announced audit event, until its outcome is recorded. */
  intent?: AuditIntent | undefined
}

export interface HttpEnvironment {
  Variables: HttpVariables
}

/** The owner and the object of an action. */
export interface AuditSubject {
  owner?: string | undefined
  /** As in the path: `repos/acme/model/tags/v1`. */
  target?: string | undefined
  /** The name of the user for whom the answer opens a session. */
  username?: string | undefined
  /** The request turned out to change nothing. */
  isRead?: boolean
}
