import { availableParallelism } from 'node:os'
import { leftOutFusions } from '../../../gpu-service/engine/left-out-fusions.ts'
import { measureCeiling } from '../ceiling.ts'
import { bodiesOf } from '../closed-loop.ts'
import type { Host } from '../host.ts'
import type { Texts } from '../texts.ts'
import { type BareHttp, startBareHttp } from './bare-http.ts'

interface BarePeersOptions {
  host: Host
  /** The texts of many clients, and in which batches they run. */
  fixed: Texts
  /** Whether each text has a run of its own. */
  isAlone: boolean
  idsOf: (text: string) => readonly number[]
  /** Of the open loops. */
  crowd: readonly string[]
}

/** The bare servers for one way to serve one file: one for many clients, and one whose run has all cores for a lone one. */
export interface BarePeers {
  many: BareHttp
  lone: BareHttp
  close(): Promise<void>
}

/** How long a queue of the service may be, too. */
const queueSeconds = 0.25
const batchMax = 16

export async function startBarePeers({ host, fixed, isAlone, idsOf, crowd }: BarePeersOptions): Promise<BarePeers> {
  const cores = availableParallelism()
  const { graphPath: path } = host
  const { perSecond } = await measureCeiling({ path, batches: fixed.batches, workers: cores, from: 0, seconds: 1 })
  const leftOut = await leftOutFusions({ path, device: 'cpu' })
  const texts = [...new Set([...fixed.list, ...crowd])]
  const bodies = bodiesOf(texts, 1).map((body, at): [string, number[]] => [body, [...idsOf(texts[at] ?? '')]])
  const job = { batchMax, queueMax: Math.ceil(perSecond * queueSeconds), bodies }
  const many = await startBareHttp({ ...job, engines: cores, engine: { path, threads: 1, leftOut, isAlone } })
  const lone = await startBareHttp({ ...job, engines: 1, engine: { path, threads: cores, leftOut, isAlone } })
  return {
    many,
    lone,
    async close() {
      await Promise.all([many.close(), lone.close()])
    },
  }
}
