import { availableParallelism } from 'node:os'
import type { BareHttp } from './bare-http/bare-http.ts'
import { type Ceiling, measureCeiling } from './ceiling.ts'
import type { Host } from './host.ts'
import { type LoadResult, load, together } from './load.ts'
import type { Peer } from './peers/naive.ts'
import type { Texts } from './texts.ts'

interface Workload {
  texts: Texts
  clients: number
  /** Texts per request. */
  perRequest: number
  /** How many engines it can keep busy. */
  workers?: number
}

export interface Measured extends LoadResult {
  workload: Workload
  /** Sentences per second. */
  served: number
  ceiling: number
  ratio: number
  /** Relative to the ceiling in the batches used for the peers, if those differ. */
  peerRatio: number | undefined
  /** The share of the CPU of service and engines that the bare runtime would need for the same sentences. */
  cpuRatio: number
  /** Main-thread CPU per request, including tokenising. */
  mainThreadMicros: number
  loopDelayP99Ms: number
  naive: number | undefined
  /** The same asked of a server that does as little as one in Node can. */
  bareHttp: { served: number; p50Ms: number; mainThreadMicros: number } | undefined
}

interface MeasureClosedLoop {
  host: Host
  naive: Peer | undefined
  bareHttp?: BareHttp | undefined
  workload: Workload
  seconds: number
}

/**
 * How often they take turns: measurements that are seconds apart cannot be compared, because a machine is never equally
 * quiet twice.
 */
const rounds = 4

/** Measures the service, taking turns with the ceiling, the naive server and the bare one. */
export async function measureClosedLoop(measured: MeasureClosedLoop): Promise<Measured> {
  const { host, naive, bareHttp, workload, seconds } = measured
  const { texts, clients, perRequest, workers = availableParallelism() } = workload
  const timed = { seconds: seconds / rounds, leadSeconds: Math.min(0.3, seconds / rounds) }
  const asked = { path: '/v1/embeddings', bodies: bodiesOf(texts.list, perRequest), connections: clients, ...timed }
  const bare = { path: host.graphPath, batches: texts.batches, workers, seconds: seconds / rounds / 2 }
  const { peerBatches } = texts
  const ceilings: Ceiling[] = [await measureCeiling({ ...bare, from: 0 })]
  const peerCeilings: Ceiling[] = []
  const [served, peers, bareHttps]: [LoadResult[], LoadResult[], LoadResult[]] = [[], [], []]
  const used = { mainThreadMs: 0, enginesMs: 0, loopDelayP99Ms: 0, bareHttpMs: 0 }
  for (let round = 0; round < rounds; round++) {
    // Together the rounds meet short and long texts equally.
    const from = round / rounds
    if (naive !== undefined) peers.push(await load({ ...asked, from, port: naive.port, token: host.token }))
    if (bareHttp !== undefined) {
      const beforeMs = await bareHttp.mainThreadMs()
      bareHttps.push(await load({ ...asked, from, port: bareHttp.port, token: host.token }))
      used.bareHttpMs += (await bareHttp.mainThreadMs()) - beforeMs
    }
    const before = await host.stats()
    served.push(await load({ ...asked, from, port: host.port, token: host.token }))
    const after = await host.stats()
    used.mainThreadMs += after.mainThreadMs - before.mainThreadMs
    used.enginesMs += after.enginesMs - before.enginesMs
    used.loopDelayP99Ms = Math.max(used.loopDelayP99Ms, after.loopDelayP99Ms)
    ceilings.push(await measureCeiling({ ...bare, from: (round + 1) / (rounds + 1) }))
    if (peerBatches !== undefined) peerCeilings.push(await measureCeiling({ ...bare, batches: peerBatches, from }))
  }
  const result = together(served)
  const bareHttpResult = together(bareHttps)
  const ceiling = perSecondOf(ceilings)
  const bareMicros = meanOf(ceilings.map(({ cpuMicros }) => cpuMicros))
  const perSecond = result.perSecond * perRequest
  return {
    ...result,
    workload,
    served: perSecond,
    ceiling,
    ratio: perSecond / ceiling,
    peerRatio: peerBatches && perSecond / perSecondOf(peerCeilings),
    cpuRatio: (bareMicros * result.answered * perRequest) / ((used.mainThreadMs + used.enginesMs) * 1000),
    mainThreadMicros: (used.mainThreadMs * 1000) / result.answered,
    loopDelayP99Ms: used.loopDelayP99Ms,
    naive: naive && together(peers).perSecond * perRequest,
    bareHttp: bareHttp && {
      served: bareHttpResult.perSecond * perRequest,
      p50Ms: bareHttpResult.p50Ms,
      mainThreadMicros: (used.bareHttpMs * 1000) / bareHttpResult.answered,
    },
  }
}

const perSecondOf = (ceilings: readonly Ceiling[]): number => meanOf(ceilings.map(({ perSecond }) => perSecond))

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

export function bodiesOf(texts: readonly string[], perRequest: number): string[] {
  const body = (input: string | string[]) => JSON.stringify({ model: 'bench', input, encoding_format: 'base64' })
  if (perRequest === 1) return texts.map(body)
  return Array.from({ length: Math.floor(texts.length / perRequest) }, (_, index) =>
    body(texts.slice(index * perRequest, (index + 1) * perRequest)),
  )
}
