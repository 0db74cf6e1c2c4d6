import { setImmediate as nextTurn } from 'node:timers/promises'
import { errors } from '../shared/errors.ts'

/** How long one piece of work may keep the event loop to itself. */
const usualSliceMs = 5

/** Lets others have the event loop where this work has had it for long; nothing where it has not. */
export type Breathe = () => Promise<void> | undefined

/** For the work of a request, which ends when its caller has left. */
export const breatheFor = (signal: AbortSignal): Breathe => breatheAfter(usualSliceMs, signal)

export function breatheAfter(sliceMs = usualSliceMs, signal?: AbortSignal): Breathe {
  let startedMs = performance.now()
  const others = async () => {
    await nextTurn()
    if (signal?.aborted) throw errors.clientClosed()
    startedMs = performance.now()
  }
  return () => (performance.now() - startedMs < sliceMs ? undefined : others())
}

/** What comes of work that is made in steps, with others in between. */
export async function afterSteps<Result>(steps: Generator<void, Result>, breathe: Breathe): Promise<Result> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    const turn = breathe()
    if (turn !== undefined) await turn
  }
}

/** Maps a list as `map` does, but lets other requests in between and stops when the caller has left. */
export async function mapInSlices<Item, Result>({ items, signal, map }: MapInSlices<Item, Result>): Promise<Result[]> {
  const results: Result[] = []
  const breathe = breatheFor(signal)
  for (const [index, item] of items.entries()) {
    results.push(map(item, index))
    const turn = breathe()
    if (turn !== undefined) await turn
  }
  return results
}

interface MapInSlices<Item, Result> {
  items: Pick<readonly Item[], 'entries'>
  signal: AbortSignal
  map: (item: Item, index: number) => Result
}
