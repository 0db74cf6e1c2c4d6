import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'

export const tracing = 'Tracing by request'

/** The routes of Triton's clients that are not served, so that users do not look for them under another path. */
export const notServed: Record<string, string> = {
  '/v2/systemsharedmemory/*': 'Shared memory',
  '/v2/cudasharedmemory/*': 'Shared memory',
  '/v2/trace/setting': tracing,
  '/v2/logging': 'Setting the log by request',
}

export const notServedError = (what: string): AppError =>
  new AppError({ code: 'not_implemented', status: 501, message: `${what} is not served.` })

/** Refuses the name of a shared memory region, which would otherwise be ignored. */
export const noSharedMemory = z
  .undefined('is not served; send tensors in the request, and read them from its answer')
  .optional()
