import type { Measured } from './closed-loop.ts'
import type { OpenLoopResult } from './open-loop.ts'
import type { OverloadResult } from './overload.ts'
import type { Variant } from './variants.ts'

/** The measurements of one way to serve one file. */
export interface Outcome {
  variant: Variant
  /** 32 clients with fixed texts, 32 with mixed ones, 4 clients with 32 texts each, one client. */
  closed: Measured[]
  /** At 80 % of the throughput with 32 clients. */
  open: OpenLoopResult
  overload: OverloadResult
  /** 32 clients whose key is looked up in the table. */
  withKey: Measured
  /** The open loops asked of a server that does as little as one in Node can. */
  bareHttp: { open: OpenLoopResult; overload: OpenLoopResult }
}

/** Tokens of a text and of a full batch. */
const [textTokens, batchTokens] = [21, 384]

/** The time of one engine for a full batch while the others are busy too. */
export function fullBatchMs({ closed: [fixed] }: Outcome, engines: number): number {
  if (fixed === undefined) return Number.NaN
  return (batchTokens / textTokens / (fixed.ceiling / engines)) * 1000
}

/** The p50 of text-embeddings-inference scaled to this machine by the ceilings of the two runs. */
export function loneBoundMs({ variant: { tei }, closed: [fixed] }: Outcome): number {
  return fixed === undefined ? Number.NaN : (tei.p50Ms * tei.ceiling) / fixed.ceiling
}

/** What is too slow to be accepted. */
export function judge(outcome: Outcome): string[] {
  const { variant, closed, overload } = outcome
  const { name, least } = variant
  const [fixed, mixed, arrays, one] = closed
  const leastOf = [least.fixed, least.mixed, least.arrays]
  const faults = [fixed, mixed, arrays].flatMap((measured, index) => {
    const bound = leastOf[index] ?? 0
    if (measured === undefined || measured.ratio >= bound) return []
    const { texts, clients, perRequest } = measured.workload
    return [
      `${name}, ${texts.name}, ${clients} x ${perRequest}: ${measured.ratio.toFixed(2)} of the ceiling, not ${bound}`,
    ]
  })
  for (const { naive, served, workload } of closed)
    if (naive !== undefined && served < naive * 0.9)
      faults.push(`${name}, ${workload.texts.name}, ${workload.clients} clients: slower than one text at a time`)
  if (one !== undefined && one.p50Ms > loneBoundMs(outcome) * 1.5)
    faults.push(`${name}: one client waits ${one.p50Ms.toFixed(1)} ms`)
  const capacity = fixed?.served ?? 0
  if (overload.goodput < 0.5 * capacity)
    faults.push(`${name}: overload leaves ${(overload.goodput / capacity).toFixed(2)}`)
  if (overload.withoutRetryAfter > 0) faults.push(`${name}: refusals without Retry-After`)
  if (overload.failed > 0) faults.push(`${name}: ${overload.failed} requests failed under overload`)
  if (overload.calmMs > 2000) faults.push(`${name}: calm only after ${overload.calmMs.toFixed(0)} ms`)
  return faults
}
