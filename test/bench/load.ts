import { exchange, openSocket, requestBytes } from './exchange.ts'

export interface Load {
  port: number
  /** Bodies that are sent in turn. */
  bodies: readonly string[]
  path: string
  token: string
  connections: number
  seconds: number
}

export interface LoadResult {
  perSecond: number
  answered: number
  p50Ms: number
  p99Ms: number
  refused: number
}

/** Until the compiler has seen to what is used most: a process takes almost twice the CPU in its first 40 seconds of load. */
export const warmUpSeconds = (seconds: number): number => Math.min(40, 8 * seconds)

/** A closed loop of bare sockets: each connection sends its next request when its answer is complete. */
export async function load({ port, bodies, path, token, connections, seconds }: Load): Promise<LoadResult> {
  const requests = bodies.map((body) => requestBytes({ path, token, body }))
  const latencies: number[] = []
  let refused = 0
  let next = 0
  const until = performance.now() + seconds * 1000
  const one = async () => {
    const socket = openSocket(port)
    while (performance.now() < until) {
      const started = performance.now()
      const { status } = await exchange(socket, requests[next++ % requests.length] ?? Buffer.alloc(0))
      if (status === 200) latencies.push(performance.now() - started)
      else refused++
    }
    socket.destroy()
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, one))
  const elapsed = performance.now() - started
  return {
    perSecond: (latencies.length / elapsed) * 1000,
    answered: latencies.length,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    refused,
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
