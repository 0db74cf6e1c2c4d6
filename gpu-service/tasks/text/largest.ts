/** Returns the indices of the largest numbers, in descending order; equal numbers keep their order. */
export function largest(numbers: ArrayLike<number>, count: number): number[] {
  const valueAt = (index: number) => numbers[index] ?? Number.NEGATIVE_INFINITY
  const best: number[] = []
  for (let index = 0; index < numbers.length; index++) {
    const value = valueAt(index)
    if (best.length === count && value <= valueAt(best[count - 1] ?? 0)) continue
    best.splice(placeFor(value, best, valueAt), 0, index)
    if (best.length > count) best.pop()
  }
  return best
}

/** After all values that are as large or larger. */
function placeFor(value: number, best: readonly number[], valueAt: (index: number) => number): number {
  let low = 0
  let high = best.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (valueAt(best[middle] ?? 0) >= value) low = middle + 1
    else high = middle
  }
  return low
}
