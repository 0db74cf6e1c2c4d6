import type { Call } from './job.ts'

/** Hands callers their results a turn later: writing answers keeps this thread busy, and the engine gets its next batch first. */
export function createDelivery<Input, Output>(): (call: Call<Input, Output>) => void {
  const answered: Call<Input, Output>[] = []
  return (call) => {
    if (answered.push(call) > 1) return
    setImmediate(() => {
      for (const { resolve, results } of answered.splice(0)) resolve(results)
    })
  }
}
