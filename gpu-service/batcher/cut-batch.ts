import type { RunShape } from './cost-model.ts'
import { runsTogetherMax } from './cut-runs.ts'

export interface CutInput<Entry> {
  /** The oldest that wait, in the order in which they are due. */
  window: readonly Entry[]
  /** How many wait in all. */
  waiting: number
  /** How long they would take, each by itself; 0 while nothing is known. */
  waitingMs: number
  limits: BatchLimits
  /** Engines that are free now, the one that asks among them. */
  freeEngines: number
  /** How long a run will take; 0 while nothing is known. */
  predictMs: (shape: RunShape) => number
}

export interface BatchLimits {
  /** The most that one run may cost: items times the size of the largest, which is what padding makes of it. */
  costMax: number
  itemsMax: number
  /** The share of the padded cost that may be padding where a larger run is not cheaper for each. */
  wasteMax: number
  /** How long a run may be predicted to take: it cannot be broken off, and others wait for its end. */
  runMsMax: number
}

/**
 * A run takes no more than this share of the time that all which waits would take one by one. Its members wait for each
 * other, so on a CPU, where a large run is hardly faster than its members alone, a short queue is better run in parts.
 */
const shareOfWait = 0.75

/**
 * Where one member alone takes longer than a run may, most of that is often the same for any number of members: this much
 * more time answers many in the place of one.
 */
const stretchOfLong = 1.5

/**
 * One of the younger half goes before older ones of other sizes only where it saves this share of the time that it takes
 * part in: on a GPU, or in a small run. Else who is unlike the others would wait for twice as long as they do.
 */
const savingOfYoung = 0.2
const olderMin = 16

/** How long a run may be predicted to take whose first member alone takes so long. */
export const runBoundMs = ({ runMsMax }: BatchLimits, aloneMs: number): number =>
  Math.max(runMsMax, aloneMs * stretchOfLong)

/** How many of the oldest a batch is chosen from: enough to fill it with like ones, however long the queue is. */
export const windowOf = ({ itemsMax }: BatchLimits): number =>
  itemsMax === 1 ? runsTogetherMax : Math.max(512, itemsMax)

/**
 * Which entries run together: always the first, then those of its group that are nearest to it in size, while the run
 * stays within its bounds and a further member either makes each unit of work cheaper or costs little padding. On a CPU
 * a first-come batch of mixed lengths is slower than no batch.
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
    // Of what each unit of real work takes without it: how much less its own take.
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
  // Two even runs end sooner than a full one and a small rest.
  return isFull && perEngine < 2 * batch.length ? batch.slice(0, Math.ceil(perEngine / 2)) : batch
}

export interface Sized {
  size: number
  /** Only those of one group share a run. */
  group?: string | undefined
}

/** Where they stand; of one size the oldest first. Sorted as plain numbers, which is several times faster. */
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

/** What a run of these costs. */
export const costOf = (entries: readonly { size: number }[]): number => {
  const { items, longest } = shapeOf(entries)
  return items * longest
}
