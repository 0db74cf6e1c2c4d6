import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface CeilingJob {
  path: string
  /** Batches of token ids, made beforehand. */
  batches: number[][][]
  /** Where among them it begins, from 0 to 1: one that is short meets only a few, which may be easier than the others. */
  from: number
  seconds: number
}

export interface Ceiling {
  /** Sentences. */
  perSecond: number
  /** CPU of a sentence, which other work on the machine hardly changes. */
  cpuMicros: number
}

/** Sentences per second of bare `session.run` loops: as many workers as engines, one thread each, nothing else. */
export async function measureCeiling({ workers, ...job }: CeilingJob & { workers: number }): Promise<Ceiling> {
  const started = Array.from({ length: workers }, async (_, index) => {
    const workerData: CeilingJob = { ...job, from: (job.from + index) / workers }
    const worker = new Worker(new URL('./ceiling-worker.ts', import.meta.url), { workerData })
    await once(worker, 'message')
    return worker
  })
  // At the same time: one that runs while another still loads its session has the memory for itself.
  const counts = (await Promise.all(started)).map(async (worker) => {
    worker.postMessage('go')
    const [ceiling] = (await once(worker, 'message')) as [Ceiling]
    return ceiling
  })
  const ceilings = await Promise.all(counts)
  return {
    perSecond: ceilings.reduce((total, { perSecond }) => total + perSecond, 0),
    cpuMicros: ceilings.reduce((total, { cpuMicros }) => total + cpuMicros, 0) / ceilings.length,
  }
}
