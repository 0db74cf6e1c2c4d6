import { setImmediate as nextTurn } from 'node:timers/promises'
import { errors } from '../shared/errors.ts'

/** How long one piece of work may block the event loop. */
const usualSliceMs = 5

/** Returns a promise to await if the work has blocked the event loop for too long, else undefined. */
export type YieldTurn = () => Promise<void> | undefined

/** For the work of a request: throws once its caller has disconnected. */
export const yieldTurnFor = (signal: AbortSignal): YieldTurn => yieldTurnAfter(usualSliceMs, signal)

export function yieldTurnAfter(sliceMs = usualSliceMs, signal?: AbortSignal): YieldTurn {
  let startedMs = performance.now()
  const waitTurn = async () => {
    await nextTurn()
    if (signal?.aborted) throw errors.clientClosed()
    startedMs = performance.now()
  }
  return () => (performance.now() - startedMs < sliceMs ? undefined : waitTurn())
}

/** Runs a generator to its end, yielding to the event loop between its steps; a short one has ended on return. */
export function afterSteps<Result>(steps: Generator<void, Result>, yieldTurn: YieldTurn): Result | Promise<Result> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    const turn = yieldTurn()
    if (turn !== undefined) return afterTurns(turn, steps, yieldTurn)
  }
}

async function afterTurns<Result>(
  first: Promise<void>,
  steps: Generator<void, Result>,
  yieldTurn: YieldTurn,
): Promise<Result> {
  for (let turn: Promise<void> | undefined = first; ; turn = yieldTurn()) {
    if (turn !== undefined) await turn
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Like `Array.map`, but yields to the event loop and stops when the caller has disconnected. */
export async function mapInSlices<Item, Result>({ items, signal, map }: MapInSlices<Item, Result>): Promise<Result[]> {
  const results: Result[] = []
  const yieldTurn = yieldTurnFor(signal)
  for (const [index, item] of items.entries()) {
    results.push(map(item, index))
    const turn = yieldTurn()
    if (turn !== undefined) await turn
  }
  return results
}

interface MapInSlices<Item, Result> {
  items: Pick<readonly Item[], 'entries'>
  signal: AbortSignal
  map: (item: Item, index: number) => Result
}
