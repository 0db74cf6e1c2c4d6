import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { type ByteRange, parseRange } from './byte-range.ts'
import { chooseDelivery } from './choose-delivery.ts'
import { hubErrors } from './hub-errors.ts'

/** Content with a name and a size, opened only when it is sent. */
export interface Content {
  sizeBytes: number
  etag: string
  contentType: string
  open(range: ByteRange): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>>
  /** The store's own address for it, if there is one. */
  address?: (() => Promise<string>) | undefined
}

/** Sends content whole or in part, or answers that the client has it, or where it is: 200, 206, 302, 304, 416. */
export async function sendContent(context: Context<HttpEnvironment>, content: Content): Promise<Response> {
  const { sizeBytes, etag } = content
  const asked = rangeHeader(context, etag)
  const range = parseRange(asked, sizeBytes)
  // An empty file has no ranges, yet clients request its first byte to learn its size.
  const isEmpty = sizeBytes === 0
  if (isEmpty && asked !== undefined) context.header('content-range', 'bytes */0')
  context.header('etag', etag)
  context.header('accept-ranges', 'bytes')
  // Compression on the way would lose the size and the ranges.
  context.header('cache-control', 'no-transform')
  if (isHeld(context.req.header('if-none-match'), etag)) return context.body(null, 304)
  if (range === 'unsatisfiable' && !isEmpty) {
    context.header('content-range', `bytes */${sizeBytes}`)
    throw hubErrors.rangeNotSatisfiable(sizeBytes)
  }

  const part = isEmpty || range === undefined || range === 'unsatisfiable' ? undefined : range
  const sent = part ?? { start: 0, end: sizeBytes - 1 }
  const answerBytes = sent.end - sent.start + 1
  if (content.address !== undefined && chooseDelivery({ answerBytes }) === 'redirect') {
    // The address gives access to this file for as long as it lasts.
    context.header('cache-control', 'no-store')
    return context.body(null, 302, { location: await content.address().catch(plainly(context)) })
  }

  context.header('content-type', content.contentType)
  // Strangers' files share an origin with the console, so no browser may execute one.
  context.header('x-content-type-options', 'nosniff')
  context.header('content-security-policy', "default-src 'none'; sandbox")
  if (part !== undefined) context.header('content-range', `bytes ${part.start}-${part.end}/${sizeBytes}`)
  context.header('content-length', String(answerBytes))
  const status = part === undefined ? 200 : 206
  if (context.req.method === 'HEAD' || isEmpty) return context.body(null, status)
  return context.body(await content.open(sent).catch(plainly(context)), status)
}

const ofContent = ['content-length', 'content-range', 'content-type', 'content-disposition', 'etag', 'accept-ranges']

/** An error must not carry the headers of the content that was announced before it. */
const plainly =
  (context: Context) =>
  (error: unknown): never => {
    for (const name of ofContent) context.header(name, undefined)
    throw error
  }

/** The range, unless the client began with another version of the content. */
function rangeHeader(context: Context, etag: string): string | undefined {
  const condition = context.req.header('if-range')
  return condition === undefined || condition === etag ? context.req.header('range') : undefined
}

const isHeld = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((held) => ['*', etag].includes(held.trim().replace(/^W\//, ''))) === true
