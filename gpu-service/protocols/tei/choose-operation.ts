import type { Route } from '../../deployments/route.ts'
import type { TeiOperation } from './tei-operation.ts'

/** What a host's own route is asked for: the first that the model can do, of those whose inputs the body has. */
export function chooseOperation({ candidates, route, body }: ChooseOperation): TeiOperation {
  const able = candidates.filter(({ kind }) => route.service.capabilities[kind] !== undefined)
  const given = typeof body === 'object' && body !== null ? body : {}
  const asked = able.find(({ field = 'inputs' }) => Object.hasOwn(given, field)) ?? able[0]
  // None is able: then it says what kind of model it wants.
  const chosen = asked ?? candidates.at(-1)
  if (chosen === undefined) throw new Error('a route of text-embeddings-inference without an operation')
  return chosen
}

interface ChooseOperation {
  candidates: readonly TeiOperation[]
  route: Route
  body: unknown
}
