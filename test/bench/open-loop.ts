import type { Socket } from 'node:net'
import { exchange, openSocket, type Reply, requestBytes } from './exchange.ts'
import { percentile } from './load.ts'
import { seededRandom } from './sentences.ts'

export interface OpenLoop {
  port: number
  bodies: readonly string[]
  path: string
  token: string
  perSecond: number
  seconds: number
}

export interface OpenLoopResult {
  /** Requests per second that were really sent. */
  offered: number
  /** Answers per second with 200. */
  goodput: number
  p50Ms: number
  p99Ms: number
  refused: number
  /** Refusals that did not say when to come back. */
  withoutRetryAfter: number
  failed: number
}

/** More than a server that answers in time ever needs. */
const connectionsMax = 1024
const tickMs = 1

/** Requests that come when they come (Poisson), whether the ones before were answered or not. */
export async function openLoop({ port, bodies, path, token, perSecond, seconds }: OpenLoop): Promise<OpenLoopResult> {
  const requests = bodies.map((body) => requestBytes({ path, token, body }))
  const random = seededRandom(11)
  const idle: Socket[] = []
  const latencies: number[] = []
  const underWay = new Set<Promise<void>>()
  const counts = { sent: 0, refused: 0, withoutRetryAfter: 0, failed: 0 }
  let connections = 0

  const count = ({ status, head }: Reply, dueMs: number) => {
    if (status === 200) latencies.push(performance.now() - dueMs)
    else if (status !== 429) counts.failed++
    else {
      counts.refused++
      if (!/\nretry-after: [1-9]/i.test(head)) counts.withoutRetryAfter++
    }
  }
  const send = async (dueMs: number) => {
    const socket = idle.pop() ?? (connections < connectionsMax ? openSocket(port) : undefined)
    // Nothing more is outstanding than a client's system would keep open.
    if (socket === undefined) return
    if (socket.connecting) connections++
    try {
      count(await exchange(socket, requests[counts.sent++ % requests.length] ?? Buffer.alloc(0)), dueMs)
      idle.push(socket)
    } catch {
      counts.failed++
      connections--
    }
  }

  const startedMs = performance.now()
  let dueMs = startedMs
  while (performance.now() < startedMs + seconds * 1000) {
    const nowMs = performance.now()
    for (; dueMs <= nowMs; dueMs += (-Math.log(1 - random()) / perSecond) * 1000) {
      const one = send(dueMs).finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs))
  }
  const elapsedSeconds = (performance.now() - startedMs) / 1000
  const goodput = latencies.length / elapsedSeconds
  await Promise.all(underWay)
  for (const socket of idle) socket.destroy()
  return {
    ...counts,
    offered: counts.sent / elapsedSeconds,
    goodput,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  }
}
