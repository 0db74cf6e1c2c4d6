import { setImmediate as nextTurn } from 'node:timers/promises'
import { errors } from '../../shared/errors.ts'

/** How long one request may keep the event loop to itself. */
const sliceMs = 5

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
  items: readonly Item[]
  signal: AbortSignal
  map: (item: Item, index: number) => Result
}
