import { ApiError } from './api-error.ts'

/** Adds to a server's refusal the command to type instead, which only the calling command knows. For use in `catch`. */
export const advised =
  ({ codes, advice }: { codes: readonly string[]; advice: string }) =>
  (error: unknown): never => {
    if (!(error instanceof ApiError) || !codes.includes(error.code)) throw error
    throw new ApiError({ ...error, message: `${error.message} ${advice}`, cause: error })
  }
