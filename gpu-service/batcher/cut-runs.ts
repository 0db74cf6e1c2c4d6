import type { CutInput, Sized } from './cut-batch.ts'

/** The maximum total time of runs sent together, because nothing can run in between. */
const togetherMsMax = 25
export const runsTogetherMax = 64

/**
 * Chooses the entries to send to an engine together when each is a run of its own: sending a run of two milliseconds and
 * waking up for its answer costs this process a quarter of that.
 */
export function cutRuns<Entry extends Sized>({ window, waiting, freeEngines, predictMs }: CutRuns<Entry>): Entry[] {
  const countMax = Math.ceil(waiting / Math.max(1, freeEngines))
  const runs: Entry[] = []
  let togetherMs = 0
  for (const entry of window) {
    const runMs = predictMs({ items: 1, longest: entry.size })
    togetherMs += runMs
    // An entry of unknown time might keep the others waiting for long.
    if (runs.length > 0 && (runs.length >= countMax || runMs === 0 || togetherMs > togetherMsMax)) break
    runs.push(entry)
  }
  return runs
}

type CutRuns<Entry> = Pick<CutInput<Entry>, 'window' | 'waiting' | 'freeEngines' | 'predictMs'>
