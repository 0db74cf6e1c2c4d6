import { createMiddleware } from 'hono/factory'
import { createRefusal } from '../batcher/refusal.ts'
import type { ServingEnvironment } from './serving-environment.ts'

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
  const refusal = createRefusal()
  return {
    assertRoom() {
      const waitMs = backlogMs()
      if (waitMs > waitMsMax) throw refusal(waitMs)
    },
  }
}

/** Stands before the body is read: a refusal must be the cheapest answer there is. */
export const admit = (admission: Admission) =>
  createMiddleware<ServingEnvironment>(async (_context, next) => {
    admission.assertRoom()
    await next()
  })
