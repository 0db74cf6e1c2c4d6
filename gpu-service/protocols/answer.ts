import type { Context } from 'hono'
import type { JsonText, Timing } from '../tasks/task.ts'
import type { ServingEnvironment } from './serving-environment.ts'

interface Answer {
  json: JsonText
  timing: Timing
  tokens?: number | undefined
  /** What a protocol says besides, or in other words. */
  headers?: Record<string, string>
}

/**
 * Answers with JSON that is written already, and tells where its time went, on every protocol alike. All headers are
 * given at once as a plain object: put one by one into `Headers` they cost as much as all else that HTTP takes.
 */
export function answerJson(context: Context<ServingEnvironment>, { json, ...about }: Answer): Response {
  const headers = answerHeaders(context, about)
  headers['content-type'] ??= 'application/json'
  return new Response(typeof json === 'string' ? json : bytesOf(json, leavesLater(context)), { headers })
}

/** What every answer of a model says in its headers, whatever its body is. */
export function answerHeaders(
  context: Context<ServingEnvironment>,
  { timing, tokens, headers: own }: Omit<Answer, 'json'>,
): Record<string, string> {
  const requestId = context.get('requestId')
  const revision = context.get('revision')
  const limits = context.get('limits')
  context.set('hasRequestId', true)
  return {
    ...timingHeaders(timing),
    ...(tokens !== undefined && { 'x-tokens': String(tokens) }),
    ...(revision !== undefined && { 'x-model-revision': revision }),
    ...(requestId !== undefined && { 'x-request-id': requestId }),
    ...limits?.headers(),
    ...own,
  }
}

/** In milliseconds: how long the slowest item waited, how long its run took, and how many items that run had. */
const timingHeaders = ({ queueMs, runMs, batchSize }: Timing) => ({
  'x-queue-time': queueMs.toFixed(2),
  'x-inference-time': runMs.toFixed(2),
  'x-batch-size': String(batchSize),
})

/** Has the request count as answered when the last of its answer is sent, or its reader has left. */
function leavesLater(context: Context<ServingEnvironment>): () => void {
  const leave = context.get('leave')
  context.set('leave', undefined)
  if (leave === undefined) return () => {}
  context.req.raw.signal.addEventListener('abort', leave, { once: true })
  return leave
}

/** Written as fast as it is read and no faster: a slow reader makes nothing pile up, one that left ends it. */
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
