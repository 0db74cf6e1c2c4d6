import type { ErrorHandler } from 'hono'
import { AppError } from '../../../shared/errors.ts'
import type { Envelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import type { Metrics } from '../../../shared/metrics.ts'
import type { ServingEnvironment } from '../serving-environment.ts'

/** Errors as from MLflow's scoring server, which answers 400 for any invalid input. */
export const answerMlflowErrors = (metrics: Metrics): ErrorHandler<ServingEnvironment> => {
  const answer = answerErrors(mlflowEnvelope, metrics)
  return (thrown, context) =>
    answer(thrown instanceof AppError && thrown.status === 422 ? as400(thrown) : thrown, context)
}

export const mlflowEnvelope: Envelope = ({ status, message }) => ({ error_code: nameOf(status), message })

function as400({ code, message, param, retryable, retryAfterSeconds, details, cause }: AppError): AppError {
  return new AppError({ code, status: 400, message, param, retryable, retryAfterSeconds, details, cause })
}

/** MLflow's error codes. */
const names: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
  409: 'RESOURCE_CONFLICT',
  429: 'REQUEST_LIMIT_EXCEEDED',
  501: 'NOT_IMPLEMENTED',
  503: 'TEMPORARILY_UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

const nameOf = (status: number): string => names[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR')
