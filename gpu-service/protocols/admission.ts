import type { Context } from 'hono'
import { assertRoom, type Served } from '../deployments/served.ts'
import { type BodyHold, BodyRoom, countedAsItComes } from './body-room.ts'
import { type Place, placeOf } from './call-options.ts'
import { noteRefusal } from './refusal-cache.ts'
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
      const only = onlyOf(served())
      if (only !== undefined) assertRoom(only, place)
    },
  }
}

/** Nothing where there are several, of which no more than two are looked at. */
function onlyOf<Item>(items: Iterable<Item>): Item | undefined {
  let only: Item | undefined
  for (const item of items) {
    if (only !== undefined) return undefined
    only = item
  }
  return only
}

/** Before the body is read: a refusal must be the cheapest answer there is. @throws AppError `overloaded` */
export function takeRoom(context: Context<ServingEnvironment>, { admission, announced }: TakeRoom): BodyHold {
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
  if (Number.isNaN(announced)) req.raw = countedAsItComes(req.raw, hold)
  // A larger one is over the limit of its route too, which says so for good: to come again would not help.
  else if (announced <= admission.bodies.largestBytes) hold.add(announced)
  return hold
}

interface TakeRoom {
  admission: Admission
  /** How long the body says that it is. */
  announced: number
}
