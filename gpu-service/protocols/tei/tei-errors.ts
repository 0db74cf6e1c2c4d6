import type { ErrorHandler } from 'hono'
import { AppError } from '../../../shared/errors.ts'
import type { Envelope } from '../../../shared/http/envelopes.ts'
import { answerErrors } from '../../../shared/http/error-handler.ts'
import type { Metrics } from '../../../shared/metrics.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { teiMetrics } from './tei-metrics.ts'

/** text-embeddings-inference's error types. */
type TeiErrorType = 'Unhealthy' | 'Backend' | 'Overloaded' | 'Validation' | 'Tokenizer' | 'Empty'

const emptyCode = 'empty_input'
const batchSizeCode = 'batch_too_large'

export const teiErrors = {
  empty: (field: string) =>
    new AppError({ code: emptyCode, status: 400, message: `\`${field}\` cannot be empty`, param: field }),
  batchSize: (size: number, max: number, field: string) =>
    new AppError({
      code: batchSizeCode,
      status: 422,
      message: `batch size ${size} > maximum allowed batch size ${max}`,
      param: field,
    }),
}

/** Errors as from text-embeddings-inference 1.9. */
export const answerTeiErrors = (metrics: Metrics, beside?: Envelope): ErrorHandler<ServingEnvironment> => {
  const envelope: Envelope = (error, requestId) => ({ ...teiEnvelope(error, requestId), ...beside?.(error, requestId) })
  const answer = answerErrors(envelope, metrics)
  return (thrown, context) => {
    teiMetrics(metrics).failed(thrown instanceof AppError ? failureOf(thrown) : 'inference')
    return answer(thrown instanceof AppError ? asTei(thrown) : thrown, context)
  }
}

const teiEnvelope: Envelope = (error) => ({ error: error.message, error_type: typeOf(error) })

/** Converts an error to the status and the wording of text-embeddings-inference. */
function asTei(error: AppError): AppError {
  const { code, param, retryable, retryAfterSeconds, details, cause } = error
  const rest = { code, param, retryable, retryAfterSeconds, details, cause }
  if (code === 'overloaded') return new AppError({ ...rest, status: 429, message: 'Model is overloaded' })
  if (backendCodes.has(code)) return new AppError({ ...rest, status: 424, message: error.message })
  if (!inputCodes.has(code)) return error
  const words = 'Input validation error: '
  const message = error.message.startsWith(words) ? error.message : words + error.message
  return new AppError({ ...rest, status: 422, message })
}

/** The model cannot do it, or failed. */
const backendCodes = new Set([
  'inference_failed',
  'input_ends_engine',
  'run_never_ended',
  'wrong_task',
  'model_failed',
  'unsupported_model',
])
const inputCodes = new Set(['invalid_input', 'invalid_request'])

function typeOf({ code, status, param }: AppError): TeiErrorType {
  if (code === emptyCode) return 'Empty'
  if (status === 429) return 'Overloaded'
  if (status === 503) return 'Unhealthy'
  if (backendCodes.has(code) || status >= 500) return 'Backend'
  return inputCodes.has(code) && param?.startsWith('ids') ? 'Tokenizer' : 'Validation'
}

/** The label in its failure counter. */
function failureOf({ code, status }: AppError): string {
  if (status === 429) return 'overloaded'
  if (code === batchSizeCode) return 'batch_size'
  if (code === 'wrong_task') return 'model_type'
  if (status === 499) return 'dropped'
  return status >= 500 || backendCodes.has(code) ? 'inference' : 'validation'
}
