import { Connection, requestBytes } from './exchange.ts'

interface Load {
  port: number
  /** The bodies, sent in turn. */
  bodies: readonly string[]
  /** Where in the bodies to begin, from 0 to 1. @default 0 */
  from?: number
  path: string
  token: string
  connections: number
  seconds: number
  /** Lead time before the measurement, so that all connections are busy when it starts. @default 0 */
  leadSeconds?: number
}

export interface LoadResult {
  /** Of the answers within the measured time; the last answers come when fewer and fewer requests are in flight. */
  perSecond: number
  /** All answers, including those outside the measured time. */
  answered: number
  /** Of the answers within the measured time. */
  latenciesMs: number[]
  p50Ms: number
  p99Ms: number
  refused: number
}

/**
 * Until the compiler has optimised the hot code: a process uses almost twice the CPU in its first 40 seconds of load.
 */
export const warmUpSeconds = (seconds: number): number => Math.min(40, 8 * seconds)

const noBytes = Buffer.alloc(0)

/** A closed loop of bare sockets: each connection sends its next request when its answer is complete. */
export async function load({ leadSeconds = 0, from: begins = 0, ...asked }: Load): Promise<LoadResult> {
  const { port, bodies, path, token, connections, seconds } = asked
  const requests = bodies.map((body) => requestBytes({ path, token, body }))
  const latenciesMs: number[] = []
  let [answered, refused, next] = [0, 0, Math.floor(begins * requests.length)]
  const from = performance.now() + leadSeconds * 1000
  const until = from + seconds * 1000
  const one = async () => {
    const connection = new Connection(port)
    while (performance.now() < until) {
      const started = performance.now()
      const { status } = await connection.exchange(requests[next++ % requests.length] ?? noBytes)
      const ended = performance.now()
      if (status !== 200) refused++
      else {
        answered++
        if (ended >= from && ended < until) latenciesMs.push(ended - started)
      }
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: connections }, one))
  return { perSecond: latenciesMs.length / seconds, answered, refused, ...percentilesOf(latenciesMs) }
}

/** Several loads of the same length and kind as one. */
export function together(results: readonly LoadResult[]): LoadResult {
  const total = (of: (result: LoadResult) => number) => results.reduce((sum, result) => sum + of(result), 0)
  return {
    perSecond: total(({ perSecond }) => perSecond) / results.length,
    answered: total(({ answered }) => answered),
    refused: total(({ refused }) => refused),
    ...percentilesOf(results.flatMap(({ latenciesMs }) => latenciesMs)),
  }
}

const percentilesOf = (latenciesMs: number[]) => ({
  latenciesMs,
  p50Ms: percentile(latenciesMs, 0.5),
  p99Ms: percentile(latenciesMs, 0.99),
})

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
