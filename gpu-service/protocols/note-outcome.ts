import type { Context } from 'hono'
import { AppError } from '../../shared/errors.ts'
import type { ServingEnvironment } from './serving-environment.ts'
import type { ShadowRequests } from './shadow-requests.ts'

/** Records how a request ended for its target, and copies it to a shadow. */
export function noteOutcome(context: Context<ServingEnvironment>, { shadows }: Ended): void {
  const route = context.get('route')
  const endedMs = performance.now()
  if (route === undefined) return
  const { res, error } = context
  const { status } = res
  const code = error instanceof AppError ? error.code : undefined
  // Clients retry these, which must not use up the day's quota.
  if (code === 'overloaded' || status === 503) context.get('admitted')?.giveBack()
  else if (status >= 500) context.get('admitted')?.giveBackTokens()
  const caller = context.get('principal')?.userId ?? ''
  // Excludes the time that the caller took to send the body, which says nothing about the target.
  const latencyMs = endedMs - (context.get('routedMs') ?? endedMs)
  route.outcomes?.note({ status, code, latencyMs, caller })
  // A request refused for overload must not run as a shadow copy.
  if (status < 500 && status !== 429) shadows?.copy(context, route)
}

interface Ended {
  shadows: Pick<ShadowRequests, 'copy'> | undefined
}
