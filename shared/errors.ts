import { accountErrors } from './errors/account-errors.ts'
import { loadErrors } from './errors/load-errors.ts'
import { modelErrors } from './errors/model-errors.ts'
import { ownerErrors } from './errors/owner-errors.ts'
import { registryErrors } from './errors/registry-errors.ts'
import { requestErrors } from './errors/request-errors.ts'

export { AppError, type AppErrorFields } from './errors/app-error.ts'

/**
 * Every error a caller can meet, in one table: a stable `code`, the HTTP status, and a message that says what is wrong,
 * where, and what to do. `shared/http/envelopes.ts` formats them for each protocol.
 */
export const errors = {
  ...requestErrors,
  ...accountErrors,
  ...ownerErrors,
  ...registryErrors,
  ...modelErrors,
  ...loadErrors,
}

/** The message of any thrown value, for a log line or a failure's reason. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
