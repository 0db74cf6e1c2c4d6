import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import type { Timing } from '../tasks/task.ts'

/** Tells where the time of a prediction went, in milliseconds, on every protocol alike. */
export function setTimingHeaders(context: Context<HttpEnvironment>, { queueMs, runMs, batchSize }: Timing): void {
  context.header('x-queue-time', queueMs.toFixed(2))
  context.header('x-inference-time', runMs.toFixed(2))
  context.header('x-batch-size', String(batchSize))
}
