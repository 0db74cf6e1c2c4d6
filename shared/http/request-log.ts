import type { Context } from 'hono'
import type { Logger } from '../log.ts'
import type { HttpEnvironment } from './context.ts'

/** The log, with the id of the request in every line: made when there is a line, which most requests have none of. */
export const logOf = <Environment extends HttpEnvironment>(context: Context<Environment>): Logger =>
  context.get('log').child({ requestId: context.get('requestId') })
