/** The places of the largest numbers, from the largest down; of equals the first one leads. */
export function largest(numbers: ArrayLike<number>, count: number): number[] {
  const valueAt = (index: number) => numbers[index] ?? Number.NEGATIVE_INFINITY
  // Few of many are found in one pass; for many of them it would move too much.
  if (count > 64)
    return Array.from(numbers, (_, index) => index)
      .sort((a, b) => valueAt(b) - valueAt(a))
      .slice(0, count)
  const best: number[] = []
  for (let index = 0; index < numbers.length; index++) {
    const value = valueAt(index)
    if (best.length === count && value <= valueAt(best[count - 1] ?? 0)) continue
    let at = best.length
    while (at > 0 && value > valueAt(best[at - 1] ?? 0)) at--
    best.splice(at, 0, index)
    if (best.length > count) best.pop()
  }
  return best
}
