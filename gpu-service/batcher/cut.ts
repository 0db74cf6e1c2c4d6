export interface CutInput<Entry> {
  /** In order of arrival. */
  queue: readonly Entry[]
  limits: BatchLimits
  /** Engines that are free now, the one that asks among them. */
  freeEngines: number
}

export interface BatchLimits {
  /** The most that one run may cost: items times the size of the largest, which is what padding makes of it. */
  costMax: number
  itemsMax: number
  /** The share of the padded cost that may be padding. */
  wasteMax: number
}

/** How many of the oldest a batch is chosen from: enough to fill it with like ones, however long the queue is. */
export const windowOf = ({ itemsMax }: BatchLimits): number => Math.max(512, itemsMax)

/**
 * Which entries run together: always the oldest, then those in the window that are nearest to it in size, while the
 * padded cost and the padding stay within bounds. On a CPU a first-come batch of mixed lengths is slower than no batch.
 */
export function cutBatch<Entry extends { size: number }>({ queue, limits, freeEngines }: CutInput<Entry>): Entry[] {
  const [oldest, ...others] = queue.slice(0, windowOf(limits))
  if (oldest === undefined) return []
  const share = Math.min(limits.itemsMax, Math.ceil(queue.length / Math.max(1, freeEngines)))
  const batch = [oldest]
  let longest = oldest.size
  let total = oldest.size
  for (const entry of nearestFirst(others, oldest.size)) {
    const count = batch.length + 1
    if (count > share || longest * count > limits.costMax) break
    const cost = Math.max(longest, entry.size) * count
    if (cost > limits.costMax || cost - total - entry.size > limits.wasteMax * cost) continue
    batch.push(entry)
    longest = Math.max(longest, entry.size)
    total += entry.size
  }
  return batch
}

/** The sort is stable, so entries of one size keep their order of arrival. */
const nearestFirst = <Entry extends { size: number }>(entries: Entry[], size: number): Entry[] =>
  entries.sort((a, b) => Math.abs(a.size - size) - Math.abs(b.size - size))

/** What a run of these costs. */
export const costOf = (entries: readonly { size: number }[]): number =>
  entries.reduce((longest, { size }) => Math.max(longest, size), 0) * entries.length
