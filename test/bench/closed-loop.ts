import { availableParallelism } from 'node:os'
import { type Ceiling, measureCeiling } from './ceiling.ts'
import type { Host } from './host.ts'
import { type LoadResult, load, together } from './load.ts'
import type { Peer } from './peers/naive.ts'
import type { Texts } from './texts.ts'

interface Workload {
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
  /** Of the ceiling in the batches in which that of the peers was measured, where they are others. */
  peerRatio: number | undefined
  /** Of the CPU that the service and its engines use, how much the bare runtime would need for the same sentences. */
  cpuRatio: number
  /** Main-thread CPU of a request, tokenising included. */
  mainThreadMicros: number
  loopDelayP99Ms: number
  naive: number | undefined
}

interface MeasureClosedLoop {
  host: Host
  naive: Peer | undefined
  workload: Workload
  seconds: number
}

/** How often they take turns: what lies seconds apart is not to be compared, a machine is never as quiet twice. */
const rounds = 4

/** What is served, with the ceiling and the naive server in turns with it. */
export async function measureClosedLoop({ host, naive, workload, seconds }: MeasureClosedLoop): Promise<Measured> {
  const { texts, clients, perRequest, workers = availableParallelism() } = workload
  const timed = { seconds: seconds / rounds, leadSeconds: Math.min(0.3, seconds / rounds) }
  const asked = { path: '/v1/embeddings', bodies: bodiesOf(texts.list, perRequest), connections: clients, ...timed }
  const bare = { path: host.graphPath, batches: texts.batches, workers, seconds: seconds / rounds / 2 }
  const { peerBatches } = texts
  const ceilings: Ceiling[] = [await measureCeiling({ ...bare, from: 0 })]
  const peerCeilings: Ceiling[] = []
  const [served, peers]: [LoadResult[], LoadResult[]] = [[], []]
  const used = { mainThreadMs: 0, enginesMs: 0, loopDelayP99Ms: 0 }
  for (let round = 0; round < rounds; round++) {
    // All of them together meet short and long texts alike.
    const from = round / rounds
    if (naive !== undefined) peers.push(await load({ ...asked, from, port: naive.port, token: host.token }))
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
