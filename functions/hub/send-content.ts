import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { type ByteRange, parseRange } from './byte-range.ts'
import { hubErrors } from './hub-errors.ts'

/** Bytes with a name and a size, which are opened only where they are sent. */
export interface Content {
  sizeBytes: number
  etag: string
  contentType: string
  open(range: ByteRange): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>>
}

/** Answers content whole or in part, or that the client has it: 200, 206, 304, 416. */
export async function sendContent(context: Context<HttpEnvironment>, content: Content): Promise<Response> {
  const { sizeBytes, etag } = content
  const asked = rangeHeader(context, etag)
  const range = parseRange(asked, sizeBytes)
  // A file of no bytes has none to range over, yet clients ask for its first one to learn its size.
  const isEmpty = sizeBytes === 0
  if (isEmpty && asked !== undefined) context.header('content-range', 'bytes */0')
  context.header('etag', etag)
  context.header('accept-ranges', 'bytes')
  // Compressed on the way, a file would have neither its size nor ranges.
  context.header('cache-control', 'no-transform')
  if (isHeld(context.req.header('if-none-match'), etag)) return context.body(null, 304)
  if (range === 'unsatisfiable' && !isEmpty) {
    context.header('content-range', `bytes */${sizeBytes}`)
    throw hubErrors.rangeNotSatisfiable(sizeBytes)
  }

  context.header('content-type', content.contentType)
  // Models are strangers' files on the origin of the console: no browser may run one.
  context.header('x-content-type-options', 'nosniff')
  context.header('content-security-policy', "default-src 'none'; sandbox")
  const part = isEmpty || range === undefined || range === 'unsatisfiable' ? undefined : range
  if (part !== undefined) context.header('content-range', `bytes ${part.start}-${part.end}/${sizeBytes}`)
  const sent = part ?? { start: 0, end: sizeBytes - 1 }
  context.header('content-length', String(sent.end - sent.start + 1))
  const status = part === undefined ? 200 : 206
  if (context.req.method === 'HEAD' || isEmpty) return context.body(null, status)
  return context.body(await content.open(sent), status)
}

/** The range, unless it is of a content that the client started with and that is another one by now. */
function rangeHeader(context: Context, etag: string): string | undefined {
  const condition = context.req.header('if-range')
  return condition === undefined || condition === etag ? context.req.header('range') : undefined
}

const isHeld = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((held) => ['*', etag].includes(held.trim().replace(/^W\//, ''))) === true
