import type { Context } from 'hono'
import type { JsonText } from '../tasks/task.ts'
import type { Timing } from '../tasks/timing.ts'
import type { ServingEnvironment } from './serving-environment.ts'

interface Answer {
  json: JsonText
  timing: Timing
  tokens?: number | undefined
  /** Headers of the protocol, which may replace ours. */
  headers?: Record<string, string>
}

/**
 * Sends serialised JSON with timing headers, in every protocol. All headers are passed as one plain object, because
 * setting them one by one costs as much as the rest of HTTP.
 */
export function answerJson(context: Context<ServingEnvironment>, { json, ...about }: Answer): Response {
  const headers = answerHeaders(context, about)
  headers['content-type'] ??= 'application/json'
  return new Response(typeof json === 'string' ? json : bytesOf(json, leavesLater(context)), { headers })
}

/** The headers of every model answer, whatever its body. */
export function answerHeaders(
  context: Context<ServingEnvironment>,
  { timing, tokens, headers: own }: Omit<Answer, 'json'>,
): Record<string, string> {
  const requestId = context.get('requestId')
  const revision = context.get('revision')
  const limits = context.get('limits')
  context.set('hasRequestId', true)
  const headers: Record<string, string> = timingHeaders(timing)
  if (tokens !== undefined) headers['x-tokens'] = String(tokens)
  if (revision !== undefined) headers['x-model-revision'] = revision
  if (requestId !== undefined) headers['x-request-id'] = requestId
  return Object.assign(headers, limits?.headers(), own)
}

/** In milliseconds: the slowest item's wait, the duration of its run, and the number of items in that run. */
const timingHeaders = ({ queueMs, runMs, batchSize }: Timing) => ({
  'x-queue-time': queueMs.toFixed(2),
  'x-inference-time': runMs.toFixed(2),
  'x-batch-size': String(batchSize),
})

/** Counts the request as answered once the last part is sent, or the reader has left. */
function leavesLater(context: Context<ServingEnvironment>): () => void {
  const leave = context.get('leave')
  context.set('leave', undefined)
  if (leave === undefined) return () => {}
  context.req.raw.signal.addEventListener('abort', leave, { once: true })
  return leave
}

/** Written at the reader's pace, so that nothing piles up; ends when the reader leaves. */
function bytesOf(pieces: AsyncIterable<string>, ended: () => void): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await iterator.next().catch((error) => {
          ended()
          throw error
        })
        if (!done) return controller.enqueue(encoder.encode(value))
        ended()
        controller.close()
      },
      async cancel() {
        ended()
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
