import { recoverEvents } from './recover-events.ts'
import { type ResendRequest, resendOutbox } from './resend-outbox.ts'
import { resumeImports } from './resume-imports.ts'

/**
 * Resumes everything that ended processes left behind; one failing sweep does not stop the others.
 * @returns their errors
 */
export async function cleanUp(request: ResendRequest): Promise<unknown[]> {
  const sweeps = await Promise.allSettled([resumeImports(request), recoverEvents(request), resendOutbox(request)])
  return sweeps.flatMap((sweep) => (sweep.status === 'rejected' ? [sweep.reason] : []))
}
