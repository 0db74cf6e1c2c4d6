import { type AppError, errors } from '../../../shared/errors.ts'

interface WaitWithin<Result> {
  /** Aborts when the caller has left. */
  left: AbortSignal
  waitMsMax: number
  /** The error after that time. */
  late: () => AppError
  /** Its signal is aborted when the wait is over. */
  use: (signal: AbortSignal) => Promise<Result>
}

/** Awaits something slow, until the caller leaves or the time is over. @throws AppError */
export async function waitWithin<Result>({ left, waitMsMax, late, use }: WaitWithin<Result>): Promise<Result> {
  // The remaining time is a fraction, which AbortSignal.timeout rejects.
  const signal = AbortSignal.any([left, AbortSignal.timeout(Math.max(0, Math.ceil(waitMsMax)))])
  const { promise: over, reject } = Promise.withResolvers<never>()
  const end = () => reject(left.aborted ? errors.clientClosed() : late())
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  try {
    return await Promise.race([over, use(signal)])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
