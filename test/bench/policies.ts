import type { RunShape } from '../../gpu-service/batcher/cost-model.ts'
import { seededRandom } from './sentences.ts'

/** A request of one text. */
export interface Arrival {
  atMs: number
  size: number
}

export interface PolicyOutcome {
  /** Work answered in time per second, weighted by size, so that answering only short texts is no advantage. */
  goodput: number
  p50Ms: number
  /** Over all requests; one not answered in time counts as its caller's patience. */
  p99Ms: number
}

/** Selects from the queue, oldest first, what runs next; the others keep their order. */
type Policy = (queue: readonly Arrival[]) => readonly Arrival[]

const paddedWithin = (queue: readonly Arrival[], costMax: number): Arrival[] => {
  const batch: Arrival[] = []
  let longest = 0
  for (const arrival of queue) {
    longest = Math.max(longest, arrival.size)
    if (batch.length > 0 && longest * (batch.length + 1) > costMax) break
    batch.push(arrival)
  }
  return batch
}

/**
 * How others batch: one at a time; in order of arrival by padded cost (text-embeddings-inference); sorted by length
 * (Infinity).
 */
export const policies: Record<string, Policy> = {
  'one at a time': (queue) => queue.slice(0, 1),
  'first come, 384 tokens': (queue) => paddedWithin(queue, 384),
  'first come, 4096 tokens': (queue) => paddedWithin(queue, 4096),
  'sorted, 384 tokens': (queue) =>
    paddedWithin(
      queue.toSorted((a, b) => a.size - b.size),
      384,
    ),
}

export interface PolicyTrial {
  arrivals: readonly Arrival[]
  engines: number
  patienceMs: number
  msOf: (shape: RunShape) => number
}

/** Serves all arrivals with a policy whose engines pull; expired requests are dropped before they run. */
export function tryPolicy(policy: Policy, { arrivals, engines, patienceMs, msOf }: PolicyTrial): PolicyOutcome {
  const freeAtMs = Array<number>(engines).fill(0)
  const answers: Answer[] = []
  let queue: Arrival[] = []
  let next = 0
  while (next < arrivals.length || queue.length > 0) {
    const engine = freeAtMs.indexOf(Math.min(...freeAtMs))
    let nowMs = freeAtMs[engine] ?? 0
    if (queue.length === 0) nowMs = Math.max(nowMs, arrivals[next]?.atMs ?? nowMs)
    for (let arrival = arrivals[next]; arrival !== undefined && arrival.atMs <= nowMs; arrival = arrivals[++next])
      queue.push(arrival)
    queue = queue.filter(({ atMs }) => atMs + patienceMs > nowMs)
    const batch = policy(queue)
    freeAtMs[engine] = nowMs
    if (batch.length === 0) continue
    const taken = new Set(batch)
    queue = queue.filter((arrival) => !taken.has(arrival))
    const longest = Math.max(...batch.map(({ size }) => size))
    const endMs = nowMs + msOf({ items: batch.length, longest })
    freeAtMs[engine] = endMs
    for (const { atMs, size } of batch) if (endMs - atMs <= patienceMs) answers.push({ size, latencyMs: endMs - atMs })
  }
  return outcomeOf({ answers, arrivals, patienceMs })
}

export function outcomeOf({ answers, arrivals, patienceMs }: Answered): PolicyOutcome {
  const late = Array<number>(arrivals.length - answers.length).fill(patienceMs)
  const all = [...answers.map(({ latencyMs }) => latencyMs), ...late].sort((a, b) => a - b)
  const at = (share: number) => all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? Number.NaN
  const seconds = ((arrivals.at(-1)?.atMs ?? 0) - (arrivals[0]?.atMs ?? 0)) / 1000
  return { goodput: answers.reduce((total, { size }) => total + size, 0) / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}

export interface Answer {
  size: number
  latencyMs: number
}

interface Answered {
  /** The answers in time. */
  answers: readonly Answer[]
  arrivals: readonly Arrival[]
  patienceMs: number
}

interface ArrivalPlan {
  count: number
  perSecond: number
  /** How many arrive together. */
  burst: number
  sizes: readonly number[]
  seed: number
}

/** Poisson arrivals, optionally in bursts. */
export function planArrivals({ count, perSecond, burst, sizes, seed }: ArrivalPlan): Arrival[] {
  const random = seededRandom(seed)
  let atMs = 0
  return Array.from({ length: count }, (_, index) => {
    if (index % burst === 0) atMs += (-Math.log(1 - random()) * 1000 * burst) / perSecond
    return { atMs, size: sizes[Math.floor(random() * sizes.length)] ?? 1 }
  })
}
