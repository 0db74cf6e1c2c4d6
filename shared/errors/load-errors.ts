import { AppError } from './app-error.ts'

/** Too much work, or too late. */
export const loadErrors = {
  rateLimited: (limit: string, retryAfterSeconds: number) =>
    new AppError({
      code: 'rate_limited',
      status: 429,
      message: `This deployment is limited to ${limit}. Try again in ${Math.max(0.1, Math.ceil(retryAfterSeconds * 10) / 10)} s.`,
      retryable: true,
      retryAfterSeconds,
    }),
  concurrencyLimited: (limit: number, retryAfterSeconds: number) =>
    new AppError({
      code: 'concurrency_limited',
      status: 429,
      message: `This deployment is limited to ${limit} concurrent ${limit === 1 ? 'request' : 'requests'} per replica. Try again in ${Math.ceil(retryAfterSeconds * 10) / 10} s.`,
      retryable: true,
      retryAfterSeconds,
    }),
  /** A client would wait for hours, so it is told not to retry. */
  quotaUsedUp: (limit: number, retryAfterSeconds: number) =>
    new AppError({
      code: 'quota_used_up',
      status: 429,
      message: `The quota of this deployment, ${limit} requests a day, is used up. It resets at midnight UTC.`,
      retryAfterSeconds,
    }),
  overloaded: (retryAfterSeconds: number) =>
    new AppError({
      code: 'overloaded',
      status: 429,
      message: `The model is overloaded. Try again in ${retryAfterSeconds} s.`,
      retryable: true,
      retryAfterSeconds,
    }),
  tokenizerRests: (retryAfterSeconds: number) =>
    new AppError({
      code: 'tokenizer_rests',
      status: 429,
      message: `The tokenizer of this model took very long for the last texts, so further texts are refused for a while. Try again in ${retryAfterSeconds} s, with shorter texts.`,
      retryable: true,
      retryAfterSeconds,
    }),
  /** Not retryable: the same deadline would fail again, and the SDKs retry a 504 unless told not to. */
  deadlineExceeded: (neededMs?: number) =>
    new AppError({
      code: 'deadline_exceeded',
      status: 504,
      message:
        neededMs === undefined
          ? 'The answer was not ready before the deadline of the request. Set a longer timeout, or send fewer inputs.'
          : `This request needs about ${Math.ceil(neededMs)} ms, more than its deadline allows. Set a longer timeout, or send fewer or shorter inputs.`,
    }),
  tooCostly: (seconds: number, limitSeconds: number) =>
    new AppError({
      code: 'request_too_costly',
      status: 413,
      message: `This request alone would run for about ${seconds} s; the limit is ${limitSeconds} s. Send fewer or shorter inputs per request.`,
    }),
  tooManyForAMinute: (tokens: number, limit: number) =>
    new AppError({
      code: 'request_too_costly',
      status: 413,
      message: `This request has ${tokens} tokens, more than the limit of this deployment for a minute (${limit}). Send fewer or shorter inputs per request.`,
    }),
}
