import { type AppError, errors } from '../../shared/errors.ts'

/** The error for a model that could not be loaded or that crashes engines; retryable if a retry may succeed. */
export const failedLoad = ({ model, reason, retryAfterSeconds }: FailedLoad): AppError =>
  retryAfterSeconds === undefined
    ? errors.modelFailed(model, reason)
    : errors.modelNotReady(model, `it failed: ${reason}`, retryAfterSeconds)

interface FailedLoad {
  model: string
  reason: string
  /** The time until the next try, if that may succeed. */
  retryAfterSeconds: number | undefined
}
