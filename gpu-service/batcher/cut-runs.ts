import type { CutInput, Sized } from './cut-batch.ts'

/** As long as several runs that are handed over together may take, for nobody gets in between them. */
const togetherMsMax = 25
export const runsTogetherMax = 64

/**
 * How many of the oldest are handed to an engine at once where each is a run of its own: to hand over a run of two
 * milliseconds and to be woken by its answer takes this process a fourth of that.
 */
export function cutRuns<Entry extends Sized>({ window, waiting, freeEngines, predictMs }: CutRuns<Entry>): Entry[] {
  const countMax = Math.ceil(waiting / Math.max(1, freeEngines))
  const runs: Entry[] = []
  let togetherMs = 0
  for (const entry of window) {
    const runMs = predictMs({ items: 1, longest: entry.size })
    togetherMs += runMs
    // Of one whose time is not known, nobody can tell how long it would keep the others waiting.
    if (runs.length > 0 && (runs.length >= countMax || runMs === 0 || togetherMs > togetherMsMax)) break
    runs.push(entry)
  }
  return runs
}

type CutRuns<Entry> = Pick<CutInput<Entry>, 'window' | 'waiting' | 'freeEngines' | 'predictMs'>
