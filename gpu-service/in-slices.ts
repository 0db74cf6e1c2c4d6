import { setImmediate as nextTurn } from 'node:timers/promises'
import { errors } from '../shared/errors.ts'

/** How long one request may keep the event loop to itself. */
const sliceMs = 5

/** Lets other requests in between where this one has had the event loop for long, and stops when its caller has left. */
export type Breathe = () => Promise<void> | undefined

export function breatheFor(signal: AbortSignal): Breathe {
  let startedMs = performance.now()
  const others = async () => {
    await nextTurn()
    if (signal.aborted) throw errors.clientClosed()
    startedMs = performance.now()
  }
  return () => (performance.now() - startedMs < sliceMs ? undefined : others())
}

/** Lets other requests in between where work of our own, which nobody waits for, has had the event loop for so long. */
export function breatheAfter(sliceMs: number): Breathe {
  let startedMs = performance.now()
  return async () => {
    if (performance.now() - startedMs < sliceMs) return
    await nextTurn()
    startedMs = performance.now()
  }
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
  let startedMs = performance.now()
  for (const [index, item] of items.entries()) {
    results.push(map(item, index))
    if (performance.now() - startedMs < sliceMs) continue
    await nextTurn()
    if (signal.aborted) throw errors.clientClosed()
    startedMs = performance.now()
  }
  return results
}

interface MapInSlices<Item, Result> {
  items: Pick<readonly Item[], 'entries'>
  signal: AbortSignal
  map: (item: Item, index: number) => Result
}
