import { createMiddleware } from 'hono/factory'
import { type AppError, errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'

/** Whether there is room for another request at all, whichever model it is for. */
export interface Admission {
  /** @throws AppError `overloaded` */
  assertRoom(): void
}

interface AdmissionOptions {
  /** How long what waits now will take to be started. */
  backlogMs: () => number
  waitMsMax: number
}

/** Refuses by the measured backlog; says when it is worked off. */
export function createAdmission({ backlogMs, waitMsMax }: AdmissionOptions): Admission {
  let refusal: AppError | undefined
  return {
    assertRoom() {
      const waitMs = backlogMs()
      if (waitMs <= waitMsMax) return
      const seconds = Math.max(0.1, Math.round(waitMs / 100) / 10)
      // Under overload most of a refusal's cost would be its stack trace, so one error stands for many.
      if (refusal?.retryAfterSeconds !== seconds) refusal = errors.overloaded(seconds)
      throw refusal
    },
  }
}

/** Stands before the body is read: a refusal must be the cheapest answer there is. */
export const admit = (admission: Admission) =>
  createMiddleware<HttpEnvironment>(async (_context, next) => {
    admission.assertRoom()
    await next()
  })
