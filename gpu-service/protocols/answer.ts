import type { Context } from 'hono'
import type { JsonText, Timing } from '../tasks/task.ts'
import type { ServingEnvironment } from './serving-environment.ts'

export interface Answer {
  json: JsonText
  timing: Timing
  tokens?: number | undefined
}

/** Answers with JSON that is written already, and tells where its time went, on every protocol alike. */
export function answerJson(context: Context<ServingEnvironment>, { json, timing, tokens }: Answer): Response {
  setTimingHeaders(context, timing)
  if (tokens !== undefined) {
    context.header('x-tokens', String(tokens))
    context.get('limits')?.charge(tokens)
  }
  context.header('content-type', 'application/json')
  if (typeof json === 'string') return context.body(json)
  return context.body(bytesOf(json))
}

/** In milliseconds: how long the slowest item waited, how long its run took, and how many items that run had. */
export function setTimingHeaders(context: Context<ServingEnvironment>, { queueMs, runMs, batchSize }: Timing): void {
  context.header('x-queue-time', queueMs.toFixed(2))
  context.header('x-inference-time', runMs.toFixed(2))
  context.header('x-batch-size', String(batchSize))
}

/** Written as fast as it is read and no faster: a slow reader makes nothing pile up, one that left ends it. */
function bytesOf(pieces: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
