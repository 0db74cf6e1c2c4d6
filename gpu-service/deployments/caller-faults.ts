/** How many callers must see errors that may be their own fault before such errors count against a target. */
const callersMin = 3

/**
 * How many caller-attributable errors count against a target: from each caller at most as many as the third most
 * affected one saw, so that nobody can take a target out of service by sending bad requests.
 */
export function sharedFaults(slices: readonly ReadonlyMap<string, number>[]): number {
  const byCaller = new Map<string, number>()
  for (const slice of slices)
    for (const [caller, faults] of slice) byCaller.set(caller, (byCaller.get(caller) ?? 0) + faults)
  const counts = [...byCaller.values()].sort((a, b) => b - a)
  const most = counts[callersMin - 1] ?? 0
  return counts.reduce((total, count) => total + Math.min(count, most), 0)
}
