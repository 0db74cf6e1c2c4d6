import { type AppError, errors } from '../../shared/errors.ts'

/** The error for a model that could not be loaded, or that kills engines; retryable where that may help. */
export const failedLoad = ({ model, reason, retryAfterSeconds }: FailedLoad): AppError =>
  retryAfterSeconds === undefined
    ? errors.modelFailed(model, reason)
    : errors.modelNotReady(model, `it failed: ${reason}`, retryAfterSeconds)

interface FailedLoad {
  model: string
  reason: string
  /** Set where a retry may succeed. */
  retryAfterSeconds: number | undefined
}
