import type { Call } from './job.ts'

/** Tells callers their results: to write answers is work for this thread, so that the engine is given its next batch before. */
export function createTelling<Input, Output>(): (call: Call<Input, Output>) => void {
  const answered: Call<Input, Output>[] = []
  return (call) => {
    if (answered.push(call) > 1) return
    setImmediate(() => {
      for (const { resolve, results } of answered.splice(0)) resolve(results)
    })
  }
}
