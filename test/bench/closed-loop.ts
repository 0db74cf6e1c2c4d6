import { availableParallelism } from 'node:os'
import { measureCeiling } from './ceiling.ts'
import type { Host, HostStats } from './host.ts'
import { type LoadResult, load } from './load.ts'
import type { Peer } from './peers/naive.ts'
import type { Texts } from './texts.ts'

export interface Workload {
  texts: Texts
  clients: number
  /** Texts of one request. */
  perRequest: number
  /** Engines that it can keep busy. */
  workers?: number
}

export interface Measured extends LoadResult {
  workload: Workload
  /** Sentences per second. */
  served: number
  ceiling: number
  ratio: number
  /** Of the CPU that the service and its engines use, how much the bare runtime would need for the same sentences. */
  cpuRatio: number
  /** Main-thread CPU of a request, tokenising included. */
  mainThreadMicros: number
  loopDelayP99Ms: number
  naive: number | undefined
}

export interface MeasureClosedLoop {
  host: Host
  naive: Peer | undefined
  workload: Workload
  seconds: number
}

/** What is served, between two measurements of the ceiling: the machine is never as quiet twice. */
export async function measureClosedLoop({ host, naive, workload, seconds }: MeasureClosedLoop): Promise<Measured> {
  const { texts, clients, perRequest, workers = availableParallelism() } = workload
  const bodies = bodiesOf(texts.list, perRequest)
  const asked = { path: '/v1/embeddings', token: host.token, bodies, connections: clients }
  const bare = { path: host.graphPath, batches: texts.batches, workers, seconds: seconds / 2 }
  const peer = naive && (await load({ ...asked, port: naive.port, seconds }))
  await load({ ...asked, port: host.port, seconds: Math.min(1, seconds) })
  const before = await measureCeiling(bare)
  const [started, result, ended] = [
    await host.stats(),
    await load({ ...asked, port: host.port, seconds }),
    (await host.stats()) as HostStats,
  ]
  const after = await measureCeiling(bare)
  const ceiling = (before.perSecond + after.perSecond) / 2
  const bareMicros = (before.cpuMicros + after.cpuMicros) / 2
  const usedMs = ended.mainThreadMs - started.mainThreadMs + ended.enginesMs - started.enginesMs
  const served = result.perSecond * perRequest
  return {
    ...result,
    workload,
    served,
    ceiling,
    ratio: served / ceiling,
    cpuRatio: (bareMicros * result.answered * perRequest) / (usedMs * 1000),
    mainThreadMicros: ((ended.mainThreadMs - started.mainThreadMs) * 1000) / result.answered,
    loopDelayP99Ms: ended.loopDelayP99Ms,
    naive: peer && peer.perSecond * perRequest,
  }
}

export function bodiesOf(texts: readonly string[], perRequest: number): string[] {
  const body = (input: string | string[]) => JSON.stringify({ model: 'bench', input, encoding_format: 'base64' })
  if (perRequest === 1) return texts.map(body)
  return Array.from({ length: Math.floor(texts.length / perRequest) }, (_, index) =>
    body(texts.slice(index * perRequest, (index + 1) * perRequest)),
  )
}
