import * as z from 'zod'
import { AppError } from '../../../shared/errors.ts'

export const tracing = 'Tracing by request'

/** What clients of Triton also ask, and nobody is to look for under another address. */
export const notServed: Record<string, string> = {
  '/v2/systemsharedmemory/*': 'Shared memory',
  '/v2/cudasharedmemory/*': 'Shared memory',
  '/v2/trace/setting': tracing,
  '/v2/logging': 'Setting the log by request',
}

export const notServedError = (what: string): AppError =>
  new AppError({ code: 'not_implemented', status: 501, message: `${what} is not served.` })

/** The name of a region that a tensor lies in, or is to be written to: it would never be. */
export const noSharedMemory = z
  .undefined('is not served; send tensors in the request, and read them from its answer')
  .optional()
