import { setTimeout as wait } from 'node:timers/promises'
import { Connection, type Reply, requestBytes } from './exchange.ts'
import { percentile } from './load.ts'
import { seededRandom } from './sentences.ts'

interface OpenLoop {
  port: number
  bodies: readonly string[]
  path: string
  token: string
  perSecond: number
  seconds: number
}

export interface OpenLoopResult {
  /** Requests actually sent per second. */
  offered: number
  /** Answers with status 200 per second. */
  goodput: number
  p50Ms: number
  p99Ms: number
  refused: number
  /** Refusals without Retry-After. */
  withoutRetryAfter: number
  failed: number
}

/** More than a server that answers in time ever needs. */
const connectionsMax = 1024
const tickMs = 1
const noBytes = Buffer.alloc(0)

/** Poisson arrivals that do not wait for earlier answers. */
export async function openLoop({ port, bodies, path, token, perSecond, seconds }: OpenLoop): Promise<OpenLoopResult> {
  const requests = bodies.map((body) => requestBytes({ path, token, body }))
  const random = seededRandom(11)
  const idle: Connection[] = []
  const latencies: number[] = []
  const counts = { sent: 0, refused: 0, withoutRetryAfter: 0, failed: 0 }
  let [connections, underWay] = [0, 0]

  const count = ({ status, head }: Reply, dueMs: number) => {
    if (status === 200) latencies.push(performance.now() - dueMs)
    else if (status !== 429) counts.failed++
    else {
      counts.refused++
      if (!/\nretry-after: [1-9]/i.test(head)) counts.withoutRetryAfter++
    }
  }
  const open = () => {
    connections++
    return new Connection(port)
  }
  const send = (dueMs: number) => {
    const connection = idle.pop() ?? (connections < connectionsMax ? open() : undefined)
    // A client's system would not keep more connections open.
    if (connection === undefined) return
    underWay++
    const answered = (reply: Reply) => {
      underWay--
      count(reply, dueMs)
      idle.push(connection)
    }
    const failed = () => {
      underWay--
      counts.failed++
      connections--
    }
    connection.exchange(requests[counts.sent++ % requests.length] ?? noBytes).then(answered, failed)
  }

  const startedMs = performance.now()
  let dueMs = startedMs
  while (performance.now() < startedMs + seconds * 1000) {
    const nowMs = performance.now()
    for (; dueMs <= nowMs; dueMs += (-Math.log(1 - random()) / perSecond) * 1000) send(dueMs)
    await wait(tickMs)
  }
  const elapsedSeconds = (performance.now() - startedMs) / 1000
  const goodput = latencies.length / elapsedSeconds
  while (underWay > 0) await wait(tickMs)
  for (const connection of idle) connection.close()
  return {
    ...counts,
    offered: counts.sent / elapsedSeconds,
    goodput,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  }
}
