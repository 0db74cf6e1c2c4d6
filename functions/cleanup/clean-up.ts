import { recoverEvents } from './recover-events.ts'
import { resumeImports } from './resume-imports.ts'
import { type ResumeOwed, resumeOwed } from './resume-owed.ts'

/**
 * Resumes everything that ended processes left behind; one failing sweep does not stop the others.
 * @returns their errors
 */
export async function cleanUp(request: ResumeOwed): Promise<unknown[]> {
  const sweeps = await Promise.allSettled([resumeImports(request), recoverEvents(request), resumeOwed(request)])
  return sweeps.flatMap((sweep) => (sweep.status === 'rejected' ? [sweep.reason] : []))
}
