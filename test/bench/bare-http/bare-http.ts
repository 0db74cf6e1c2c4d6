import { fork } from 'node:child_process'
import { once } from 'node:events'
import { imageFlags } from '../../infra/image-layout.ts'
import type { Peer } from '../peers/naive.ts'
import type { BareEngine } from './engine.ts'

export interface BareHttpJob {
  engines: number
  engine: BareEngine
  /** The most texts that an engine is given at once. */
  batchMax: number
  /** It refuses what comes while so many wait. */
  queueMax: number
  /** Every body that it will be sent, in ASCII, and its token ids. */
  bodies: [body: string, ids: number[]][]
}

export interface BareHttp extends Peer {
  /** CPU time of the thread that serves HTTP, since the start. */
  mainThreadMs(): Promise<number>
}

/** Starts `server.ts` in its own process, with the Node flags of the image. */
export async function startBareHttp(job: BareHttpJob): Promise<BareHttp> {
  const child = fork(new URL('./server.ts', import.meta.url), { execArgv: [...imageFlags], serialization: 'advanced' })
  child.send(job)
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    port,
    async mainThreadMs() {
      const answer = once(child, 'message')
      child.send('stats')
      const [ms] = (await answer) as [number]
      return ms
    },
    async close() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
