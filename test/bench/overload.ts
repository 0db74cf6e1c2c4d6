import { setTimeout as wait } from 'node:timers/promises'
import { Connection, getBytes, requestBytes } from './exchange.ts'
import type { Host } from './host.ts'
import { percentile } from './load.ts'
import { type OpenLoopResult, openLoop } from './open-loop.ts'

interface Overload {
  host: Host
  bodies: readonly string[]
  /** The service's best throughput in sentences per second. */
  capacity: number
  seconds: number
}

export interface OverloadResult extends OpenLoopResult {
  healthP99Ms: number
  /** From the end of the load until a lone request is about as fast as before it. */
  calmMs: number
  memoryBeforeMiB: number
  memoryAfterMiB: number
}

const path = '/v1/embeddings'
export const overloadTimes = 10

/** Ten times the capacity, from a generator on the same cores. */
export async function measureOverload({ host, bodies, capacity, seconds }: Overload): Promise<OverloadResult> {
  const { port, token } = host
  const [body = ''] = bodies
  const alone = await loneMs({ port, token, body })
  const { memoryMiB: memoryBeforeMiB } = await host.stats()
  const health = watchHealth(port)
  const result = await openLoop({ port, token, path, bodies, perSecond: capacity * overloadTimes, seconds })
  const endedMs = performance.now()
  while ((await loneMs({ port, token, body })) > 3 * alone + 5);
  const calmMs = performance.now() - endedMs
  const healthP99Ms = percentile(await health.stop(), 0.99)
  const { memoryMiB: memoryAfterMiB } = await host.stats()
  return { ...result, healthP99Ms, calmMs, memoryBeforeMiB, memoryAfterMiB }
}

async function loneMs({ port, token, body }: { port: number; token: string; body: string }): Promise<number> {
  const connection = new Connection(port)
  const startedMs = performance.now()
  const { status } = await connection.exchange(requestBytes({ path, token, body }))
  connection.close()
  return status === 200 ? performance.now() - startedMs : Number.POSITIVE_INFINITY
}

/** Asks `/health` ten times a second on its own connection. */
function watchHealth(port: number) {
  const connection = new Connection(port)
  const latencies: number[] = []
  let isOn = true
  const watching = (async () => {
    while (isOn) {
      const startedMs = performance.now()
      await connection.exchange(getBytes('/health'))
      latencies.push(performance.now() - startedMs)
      await wait(100)
    }
  })()
  return {
    async stop() {
      isOn = false
      await watching
      connection.close()
      return latencies
    },
  }
}
