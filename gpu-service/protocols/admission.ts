import type { Context } from 'hono'
import { announcedBytes } from '../../shared/http/json-body.ts'
import { assertRoom, type Served } from '../deployments/served.ts'
import { type BodyHold, BodyRoom, countedAsItComes } from './body-room.ts'
import { type Place, placeOf } from './call-options.ts'
import { noteRefusal } from './repeated-refusals.ts'
import type { ServingEnvironment } from './serving-environment.ts'

/** Whether there is room for another request at all, whichever model it is for. */
export interface Admission {
  /** @throws AppError `overloaded` */
  assertRoom(place: Place): void
  bodies: BodyRoom
}

/** With several models the body says which is asked, and only that one's queue counts. */
export function createAdmission(served: () => Iterable<Pick<Served, 'queues'>>): Admission {
  return {
    bodies: new BodyRoom(),
    assertRoom(place) {
      const [only, ...others] = served()
      if (only !== undefined && others.length === 0) assertRoom(only, place)
    },
  }
}

/** Before the body is read: a refusal must be the cheapest answer there is. @throws AppError `overloaded` */
export function takeRoom(context: Context<ServingEnvironment>, admission: Admission): BodyHold {
  const place = placeOf(context)
  try {
    admission.assertRoom(place)
  } catch (error) {
    noteRefusal(context.req.raw)
    throw error
  }
  const { req } = context
  const hold = admission.bodies.open(place.tenant ?? '')
  context.set('bodyHold', hold)
  const announced = announcedBytes(req)
  if (announced >= 0) hold.add(announced)
  else req.raw = countedAsItComes(req.raw, hold)
  return hold
}
