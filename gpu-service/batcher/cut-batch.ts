import type { RunShape } from './cost-model.ts'

export interface CutInput<Entry> {
  /** The next waiting entries, in order. */
  window: readonly Entry[]
  /** How many entries wait in total. */
  waiting: number
  /** The predicted time of all waiting entries run one by one; 0 while unknown. */
  waitingMs: number
  limits: BatchLimits
  /** Free engines, including the one that asks. */
  freeEngines: number
  /** The predicted time of a run; 0 while unknown. */
  predictMs: (shape: RunShape) => number
}

export interface BatchLimits {
  /** The maximum padded cost of a run: items times the size of the largest. */
  costMax: number
  itemsMax: number
  /** The maximum share of padding in the cost, unless the larger run is cheaper per unit of work. */
  wasteMax: number
  /** The maximum predicted time of a run, because a run cannot be interrupted and others wait for it. */
  runMsMax: number
}

/**
 * A run may take at most this share of the time that the whole queue would take one by one. On a CPU a large run is
 * hardly faster than its members alone, and all of them wait for its end, so a short queue is run in parts.
 */
const shareOfWait = 0.75

/**
 * If one item alone exceeds the time limit of a run, the limit becomes this many times its time: most of that time is
 * often independent of the number of items, so a little more answers many.
 */
const stretchOfLong = 1.5

/**
 * An item of the younger half overtakes older items of other sizes only if joining saves this share of its time, as on a
 * GPU or in a small run. Otherwise items of an unusual size would wait twice as long as others.
 */
const savingOfYoung = 0.2
const olderMin = 16

/** The maximum predicted time of a run whose first item alone takes `aloneMs`. */
export const runBoundMs = ({ runMsMax }: BatchLimits, aloneMs: number): number =>
  Math.max(runMsMax, aloneMs * stretchOfLong)

/**
 * Chooses the entries of the next run: always the first, then those of its group nearest to it in size, while the run
 * stays within its limits and each further entry either makes a unit of work cheaper or adds little padding. On a CPU a
 * first-come batch of mixed lengths is slower than no batch.
 */
export function cutBatch<Entry extends Sized>({
  window,
  waiting,
  waitingMs,
  limits,
  freeEngines,
  predictMs,
}: CutInput<Entry>) {
  const [first] = window
  if (first === undefined) return []
  const eligible = window.filter(({ group }) => group === first.group)
  const all = window.length < waiting ? waiting : eligible.length
  const countMax = Math.min(limits.itemsMax, Math.ceil(all / Math.max(1, freeEngines)))
  const batch: Entry[] = [first]
  if (countMax === 1) return batch
  let longest = first.size
  let total = first.size
  let runMs = predictMs({ items: 1, longest })
  const boundMs = runBoundMs(limits, runMs)
  const runMsMax = Math.min(boundMs, waitingMs * shareOfWait)
  let isFull = false
  const older = Math.max(olderMin, Math.ceil(all / 2))
  for (const index of nearestFirst(eligible, first)) {
    const entry = eligible[index]
    if (entry === undefined || entry === first) continue
    const items = batch.length + 1
    if (items > countMax) break
    isFull ||= longest * items > limits.costMax
    if (isFull) break
    const needed = Math.max(longest, entry.size)
    const cost = needed * items
    const neededMs = predictMs({ items, longest: needed })
    if (cost > limits.costMax) continue
    const isWasteful = cost - total - entry.size > limits.wasteMax * cost
    // How much cheaper the units of this entry are than those already in the run, as a share.
    const saving = runMs === 0 ? 0 : 1 - ((neededMs - runMs) * total) / (runMs * entry.size)
    if (isWasteful && saving <= 0) continue
    if (index >= older && runMs > 0 && saving < savingOfYoung) continue
    if (neededMs > runMsMax) {
      isFull ||= needed === longest && neededMs > boundMs
      continue
    }
    batch.push(entry)
    longest = needed
    total += entry.size
    runMs = neededMs
  }
  const perEngine = Math.ceil(all / Math.max(1, freeEngines))
  // Two even runs end sooner than a full one and a small remainder.
  return isFull && perEngine < 2 * batch.length ? batch.slice(0, Math.ceil(perEngine / 2)) : batch
}

export interface Sized {
  size: number
  /** Only entries of the same group share a run. */
  group?: string | undefined
}

/** Indices by distance in size, then by age. Sorted as plain numbers, which is several times faster. */
function* nearestFirst(entries: readonly Sized[], first: Sized): Generator<number> {
  const keys = new Float64Array(entries.length)
  for (let index = 0; index < entries.length; index++) {
    const distance = Math.min(2 ** 32, Math.floor(Math.abs((entries[index]?.size ?? 0) - first.size)))
    keys[index] = distance * entries.length + index
  }
  keys.sort()
  for (const key of keys) yield key % entries.length
}

export const shapeOf = (entries: readonly { size: number }[]): RunShape => {
  let longest = 0
  for (const { size } of entries) if (size > longest) longest = size
  return { items: entries.length, longest }
}

/** The padded cost of a run of these entries. */
export const costOf = (entries: readonly { size: number }[]): number => {
  const { items, longest } = shapeOf(entries)
  return items * longest
}
