import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface CeilingJob {
  path: string
  /** Batches of token ids, made in advance. */
  batches: number[][][]
  /**
   * Where in the batches to begin, from 0 to 1: a short measurement meets only a few, which may be easier than the
   * rest.
   */
  from: number
  seconds: number
}

export interface Ceiling {
  /** Sentences per second. */
  perSecond: number
  /** CPU time per sentence, which other work on the machine hardly changes. */
  cpuMicros: number
}

/** Sentences per second of bare `session.run` loops: one single-threaded worker per engine, nothing else. */
export async function measureCeiling({ workers, ...job }: CeilingJob & { workers: number }): Promise<Ceiling> {
  const started = Array.from({ length: workers }, async (_, index) => {
    const workerData: CeilingJob = { ...job, from: (job.from + index) / workers }
    const worker = new Worker(new URL('./ceiling-worker.ts', import.meta.url), { workerData })
    await once(worker, 'message')
    return worker
  })
  // All start together: a worker that runs while another still loads would have the memory to itself.
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
