import { createMiddleware } from 'hono/factory'
import { assertRoom, type Served } from '../deployments/deployment-slot.ts'
import { type Place, placeOf } from './call-options.ts'
import { noteRefusal } from './repeated-refusals.ts'
import type { ServingEnvironment } from './serving-environment.ts'

/** Whether there is room for another request at all, whichever model it is for. */
export interface Admission {
  /** @throws AppError `overloaded` */
  assertRoom(place: Place): void
}

/** With several models the body says which is asked, and only that one's queue counts. */
export function createAdmission(served: () => Iterable<Pick<Served, 'queues'>>): Admission {
  return {
    assertRoom(place) {
      const [only, ...others] = served()
      if (only !== undefined && others.length === 0) assertRoom(only, place)
    },
  }
}

/** Stands before the body is read: a refusal must be the cheapest answer there is. */
export const admit = (admission: Admission) =>
  createMiddleware<ServingEnvironment>(async (context, next) => {
    const place = placeOf(context)
    try {
      admission.assertRoom(place)
    } catch (error) {
      noteRefusal(context.req.raw)
      throw error
    }
    await next()
  })
