import { ApiError } from './api-error.ts'

/** Adds to a refusal of the server what can be typed instead, which the command alone knows. For `catch`. */
export const advised =
  ({ codes, advice }: { codes: readonly string[]; advice: string }) =>
  (error: unknown): never => {
    if (!(error instanceof ApiError) || !codes.includes(error.code)) throw error
    throw new ApiError({ ...error, message: `${error.message} ${advice}`, cause: error })
  }
