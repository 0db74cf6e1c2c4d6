import type { Context } from 'hono'
import { assertRoom, type Served } from '../deployments/served.ts'
import { type BodyHold, BodyRoom, countedAsItComes } from './body-room.ts'
import { placeOf } from './call-options.ts'
import { noteRefusal } from './refusal-cache.ts'
import type { Place, ServingEnvironment } from './serving-environment.ts'

/** Whether there is room for another request, for any model. */
export interface Admission {
  /** @throws AppError `overloaded` */
  assertRoom(place: Place): void
  bodies: BodyRoom
}

/** With several models only the body names one, so only that one's queue counts, later. */
export function createAdmission(served: () => Iterable<Pick<Served, 'queues'>>): Admission {
  return {
    bodies: new BodyRoom(),
    assertRoom(place) {
      const only = onlyOf(served())
      if (only !== undefined) assertRoom(only, place)
    },
  }
}

/** The only item; undefined if there are several, without iterating over all of them. */
function onlyOf<Item>(items: Iterable<Item>): Item | undefined {
  let only: Item | undefined
  for (const item of items) {
    if (only !== undefined) return undefined
    only = item
  }
  return only
}

/** Runs before the body is read, because a refusal must be the cheapest answer. @throws AppError `overloaded` */
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
  // A larger body also exceeds its route's limit, whose error tells clients not to retry.
  else if (announced <= admission.bodies.largestBytes) hold.add(announced)
  return hold
}

interface TakeRoom {
  admission: Admission
  /** The announced length of the body. */
  announced: number
}
