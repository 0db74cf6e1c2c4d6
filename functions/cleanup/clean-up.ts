import { recoverEvents } from './recover-events.ts'
import { resumeImports } from './resume-imports.ts'
import { type ResumeOwed, resumeOwed } from './resume-owed.ts'

/**
 * Resumes all that processes left behind before they ended. What cannot be resumed holds up nothing else.
 * @returns the faults
 */
export async function cleanUp(request: ResumeOwed): Promise<unknown[]> {
  const sweeps = await Promise.allSettled([resumeImports(request), recoverEvents(request), resumeOwed(request)])
  return sweeps.flatMap((sweep) => (sweep.status === 'rejected' ? [sweep.reason] : []))
}
