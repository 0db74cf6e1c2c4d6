import type { Context } from 'hono'
import { AppError } from '../../shared/errors.ts'
import type { ServingEnvironment } from './serving-environment.ts'
import type { ShadowRequests } from './shadow-requests.ts'

/** When a request is answered: notes how it ended with the target that answered it, and copies it for a shadow. */
export function noteOutcome(context: Context<ServingEnvironment>, { shadows }: Ended): void {
  const route = context.get('route')
  const endedMs = performance.now()
  if (route === undefined) return
  const { res, error } = context
  const { status } = res
  const code = error instanceof AppError ? error.code : undefined
  // Clients come again by themselves, and a day of that is no day of answers.
  if (code === 'overloaded' || status === 503) context.get('admitted')?.giveBack()
  else if (status >= 500) context.get('admitted')?.giveBackTokens()
  const caller = context.get('principal')?.userId ?? ''
  // How long a caller takes to send says nothing of the target.
  const latencyMs = endedMs - (context.get('routedMs') ?? endedMs)
  route.outcomes?.note({ status, code, latencyMs, caller })
  // What was turned away for the load of it is not done in secret instead.
  if (status < 500 && status !== 429) shadows?.copy(context, route)
}

interface Ended {
  shadows: Pick<ShadowRequests, 'copy'> | undefined
}
