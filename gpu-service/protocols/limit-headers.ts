import type { Context } from 'hono'
import type { RequestLimits } from '../deployments/request-limits.ts'
import type { ServingEnvironment } from './serving-environment.ts'

/** Adds the limits to the response headers if `use` throws because one is exceeded. */
export function withLimitHeaders<Result>(
  limits: RequestLimits,
  context: Context<ServingEnvironment>,
  use: () => Result,
): Result {
  try {
    return use()
  } catch (error) {
    for (const [name, value] of Object.entries(limits.headers())) context.header(name, value)
    throw error
  }
}
