/** How many callers must have met with errors that may be their own fault before such errors say something of a target. */
const callersMin = 3

/**
 * How many of the errors that may be their callers' own fault count against a target: of each caller no more than the
 * third most stricken one had, so that nobody can take a target out of service by sending it what is wrong.
 */
export function sharedFaults(slices: readonly ReadonlyMap<string, number>[]): number {
  const byCaller = new Map<string, number>()
  for (const slice of slices)
    for (const [caller, faults] of slice) byCaller.set(caller, (byCaller.get(caller) ?? 0) + faults)
  const counts = [...byCaller.values()].sort((a, b) => b - a)
  const most = counts[callersMin - 1] ?? 0
  return counts.reduce((total, count) => total + Math.min(count, most), 0)
}
