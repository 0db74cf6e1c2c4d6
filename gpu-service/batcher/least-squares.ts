/** The sums of a least-squares fit: features by features, and features by target. */
export interface Sums {
  products: number[][]
  targets: number[]
}

/** A sample, scaled so that its target is 1. */
interface Sample {
  features: readonly number[]
  weight: number
}

export function sumsOf(samples: readonly Sample[]): Sums {
  const columns = [...(samples[0]?.features ?? []).keys()]
  const total = (of: (features: readonly number[]) => number) =>
    samples.reduce((sum, { features, weight }) => sum + weight * of(features), 0)
  return {
    products: columns.map((row) => columns.map((column) => total((one) => (one[row] ?? 0) * (one[column] ?? 0)))),
    targets: columns.map((row) => total((one) => one[row] ?? 0)),
  }
}

/**
 * The best-fitting non-negative coefficients. Of two equally good fits the one with fewer features wins, because it
 * extrapolates better from one shape to others.
 */
export function fitNonNegative(sums: Sums, choices: readonly (readonly number[])[]): number[] | undefined {
  let best: number[] | undefined
  let bestGain = 0
  for (const chosen of choices) {
    const solved = solve(
      chosen.map((row) => chosen.map((column) => sums.products[row]?.[column] ?? 0)),
      chosen.map((row) => sums.targets[row] ?? 0),
    )
    if (solved?.every((coefficient) => coefficient >= 0) !== true) continue
    // The reduction of the squared error.
    const gain = chosen.reduce((total, row, at) => total + (solved[at] ?? 0) * (sums.targets[row] ?? 0), 0)
    if (best !== undefined && gain <= bestGain * (1 + 1e-6)) continue
    bestGain = gain
    best = sums.targets.map((_, row) => solved[chosen.indexOf(row)] ?? 0)
  }
  return best
}

/** Gauss–Jordan elimination; undefined if the samples do not distinguish the features. */
function solve(matrix: number[][], targets: number[]): number[] | undefined {
  const rows = matrix.map((row, at) => [...row, targets[at] ?? 0])
  const count = rows.length
  for (let step = 0; step < count; step++) {
    const pivot = rows[step]
    const largest = matrix[step]?.[step] ?? 0
    if (pivot === undefined || !(Math.abs(pivot[step] ?? 0) > 1e-9 * largest)) return undefined
    for (const [at, row] of rows.entries()) {
      if (at === step) continue
      const factor = (row[step] ?? 0) / (pivot[step] ?? 1)
      for (let column = step; column <= count; column++)
        row[column] = (row[column] ?? 0) - factor * (pivot[column] ?? 0)
    }
  }
  return rows.map((row, at) => (row[count] ?? 0) / (row[at] ?? 1))
}
