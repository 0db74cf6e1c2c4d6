import type { Context } from 'hono'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { type ByteRange, parseRange } from './byte-range.ts'
import { chooseDelivery } from './choose-delivery.ts'
import { hubErrors } from './hub-errors.ts'

/** Bytes with a name and a size, which are opened only where they are sent. */
export interface Content {
  sizeBytes: number
  etag: string
  contentType: string
  open(range: ByteRange): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>>
  /** Where the store sends it by itself, if it does. */
  address?: (() => Promise<string>) | undefined
}

/** Answers content whole or in part, or that the client has it, or where it is: 200, 206, 302, 304, 416. */
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

  const part = isEmpty || range === undefined || range === 'unsatisfiable' ? undefined : range
  const sent = part ?? { start: 0, end: sizeBytes - 1 }
  const answerBytes = sent.end - sent.start + 1
  if (content.address !== undefined && chooseDelivery({ answerBytes }) === 'redirect') {
    // The address is as good as a key to this one file, for as long as it lasts.
    context.header('cache-control', 'no-store')
    return context.body(null, 302, { location: await content.address().catch(plainly(context)) })
  }

  context.header('content-type', content.contentType)
  // Models are strangers' files on the origin of the console: no browser may run one.
  context.header('x-content-type-options', 'nosniff')
  context.header('content-security-policy', "default-src 'none'; sandbox")
  if (part !== undefined) context.header('content-range', `bytes ${part.start}-${part.end}/${sizeBytes}`)
  context.header('content-length', String(answerBytes))
  const status = part === undefined ? 200 : 206
  if (context.req.method === 'HEAD' || isEmpty) return context.body(null, status)
  return context.body(await content.open(sent).catch(plainly(context)), status)
}

const ofContent = ['content-length', 'content-range', 'content-type', 'content-disposition', 'etag', 'accept-ranges']

/** An error is no part of the content that was announced before it, and has not its length. */
const plainly =
  (context: Context) =>
  (error: unknown): never => {
    for (const name of ofContent) context.header(name, undefined)
    throw error
  }

/** The range, unless it is of a content that the client started with and that is another one by now. */
function rangeHeader(context: Context, etag: string): string | undefined {
  const condition = context.req.header('if-range')
  return condition === undefined || condition === etag ? context.req.header('range') : undefined
}

const isHeld = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((held) => ['*', etag].includes(held.trim().replace(/^W\//, ''))) === true
