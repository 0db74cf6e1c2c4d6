import { type AppError, errors } from '../../shared/errors.ts'

/** What is said to whoever asks for a model that could not be loaded, or that ends engines: to come again where that may help. */
export const failedLoad = ({ model, reason, retryAfterSeconds }: FailedLoad): AppError =>
  retryAfterSeconds === undefined
    ? errors.modelFailed(model, reason)
    : errors.modelNotReady(model, `it failed: ${reason}`, retryAfterSeconds)

interface FailedLoad {
  model: string
  reason: string
  /** Where the next try may load it. */
  retryAfterSeconds: number | undefined
}
