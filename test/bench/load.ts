import { exchange, openSocket, requestBytes } from './exchange.ts'

export interface Load {
  port: number
  /** Bodies that are sent in turn. */
  bodies: readonly string[]
  path: string
  token: string
  connections: number
  seconds: number
  /** What comes before that: nothing counts until all connections are at work. @default 0 */
  leadSeconds?: number
}

export interface LoadResult {
  /** Of the answers that came within the seconds: those to the last requests come when there are fewer and fewer. */
  perSecond: number
  /** All of them, those outside of the seconds too. */
  answered: number
  latenciesMs: number[]
  p50Ms: number
  p99Ms: number
  refused: number
}

/** Until the compiler has seen to what is used most: a process takes almost twice the CPU in its first 40 seconds of load. */
export const warmUpSeconds = (seconds: number): number => Math.min(40, 8 * seconds)

/** A closed loop of bare sockets: each connection sends its next request when its answer is complete. */
export async function load({ leadSeconds = 0, ...asked }: Load): Promise<LoadResult> {
  const { port, bodies, path, token, connections, seconds } = asked
  const requests = bodies.map((body) => requestBytes({ path, token, body }))
  const latenciesMs: number[] = []
  let [refused, next, counted] = [0, 0, 0]
  const from = performance.now() + leadSeconds * 1000
  const until = from + seconds * 1000
  const one = async () => {
    const socket = openSocket(port)
    while (performance.now() < until) {
      const started = performance.now()
      const { status } = await exchange(socket, requests[next++ % requests.length] ?? Buffer.alloc(0))
      const ended = performance.now()
      if (status !== 200) refused++
      else {
        latenciesMs.push(ended - started)
        if (ended >= from && ended < until) counted++
      }
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, one))
  return { perSecond: counted / seconds, ...describe(latenciesMs), refused }
}

/** Several loads of the same length and kind as one. */
export function together(results: readonly LoadResult[]): LoadResult {
  const mean = (of: (result: LoadResult) => number) =>
    results.reduce((sum, result) => sum + of(result), 0) / results.length
  const latenciesMs = results.flatMap((result) => result.latenciesMs)
  const refused = results.reduce((sum, result) => sum + result.refused, 0)
  return { perSecond: mean(({ perSecond }) => perSecond), ...describe(latenciesMs), refused }
}

const describe = (latenciesMs: number[]) => ({
  answered: latenciesMs.length,
  latenciesMs,
  p50Ms: percentile(latenciesMs, 0.5),
  p99Ms: percentile(latenciesMs, 0.99),
})

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
