import type { Context } from 'hono'
import { AppError } from '../../shared/errors.ts'
import type { ServingEnvironment } from './serving-environment.ts'
import type { ShadowRequests } from './shadow-requests.ts'

/** When a request is answered: notes how it ended with the target that answered it, and copies it for a shadow. */
export function noteOutcome(context: Context<ServingEnvironment>, { startedMs, shadows }: Ended): void {
  const route = context.get('route')
  if (route === undefined) return
  const { res, error } = context
  const { status } = res
  const code = error instanceof AppError ? error.code : undefined
  const caller = context.get('principal')?.userId ?? ''
  route.outcomes?.note({ status, code, latencyMs: performance.now() - startedMs, caller })
  // What was turned away for the load of it is not done in secret instead.
  if (status < 500 && status !== 429) shadows?.copy(context, route)
}

interface Ended {
  startedMs: number
  shadows: Pick<ShadowRequests, 'copy'> | undefined
}
