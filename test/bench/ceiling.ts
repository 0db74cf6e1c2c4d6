import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface CeilingJob {
  path: string
  /** Batches of token ids, made beforehand. */
  batches: number[][][]
  seconds: number
}

/** Sentences per second of bare `session.run` loops: as many workers as engines, one thread each, nothing else. */
export async function measureCeiling({ workers, ...job }: CeilingJob & { workers: number }): Promise<number> {
  const counts = Array.from({ length: workers }, async () => {
    const worker = new Worker(new URL('./ceiling-worker.ts', import.meta.url), { workerData: job })
    const [perSecond] = (await once(worker, 'message')) as [number]
    return perSecond
  })
  return (await Promise.all(counts)).reduce((total, perSecond) => total + perSecond, 0)
}
