import type { Call } from './job.ts'

/** Resolves calls in the next turn of the event loop, so that the engine gets its next batch before answers are written. */
export function createDelivery<Input, Output>(): (call: Call<Input, Output>) => void {
  const answered: Call<Input, Output>[] = []
  return (call) => {
    if (answered.push(call) > 1) return
    setImmediate(() => {
      for (const { resolve, results } of answered.splice(0)) resolve(results)
    })
  }
}
