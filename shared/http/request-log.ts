import type { Context } from 'hono'
import type { Logger } from '../log.ts'
import type { HttpEnvironment } from './context.ts'

/** The logger with the request's id. Created when needed, because most requests log nothing. */
export const logOf = <Environment extends HttpEnvironment>(context: Context<Environment>): Logger =>
  context.get('log').child({ requestId: context.get('requestId') })
