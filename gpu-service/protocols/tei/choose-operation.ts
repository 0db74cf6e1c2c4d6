import type { Route } from '../../deployments/route.ts'
import type { TeiOperation } from './tei-operation.ts'

/**
 * Chooses the operation of a host's generic route: the first that the model supports and whose input field the body
 * has.
 */
export function chooseOperation({ candidates, route, body }: ChooseOperation): TeiOperation {
  const able = candidates.filter(({ kind }) => route.service.capabilities[kind] !== undefined)
  const given = typeof body === 'object' && body !== null ? body : {}
  const asked = able.find(({ field = 'inputs' }) => Object.hasOwn(given, field)) ?? able[0]
  // None fits, so the last one reports the kind of model it needs.
  const chosen = asked ?? candidates.at(-1)
  if (chosen === undefined) throw new Error('a route of text-embeddings-inference without an operation')
  return chosen
}

interface ChooseOperation {
  candidates: readonly TeiOperation[]
  route: Route
  body: unknown
}
