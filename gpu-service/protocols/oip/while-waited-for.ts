import { type AppError, errors } from '../../../shared/errors.ts'

interface WhileWaitedFor<Result> {
  /** Aborted when the caller has left. */
  left: AbortSignal
  waitMsMax: number
  /** What is said when that has passed. */
  late: () => AppError
  /** Given a signal that is aborted when nobody waits for it any more. */
  use: (signal: AbortSignal) => Promise<Result>
}

/** What comes of something that may take long, or why its caller waits no longer. @throws AppError */
export async function whileWaitedFor<Result>({ left, waitMsMax, late, use }: WhileWaitedFor<Result>): Promise<Result> {
  // What is left of a request's time is a fraction, which a timeout does not take.
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
