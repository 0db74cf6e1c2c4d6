import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import type { Context } from 'hono'
import { errors } from '../../../shared/errors.ts'
import { announcedBytes, isBrokenOff } from '../../../shared/http/json-body.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { bodyMaxBytes } from './limits.ts'

/** `deflate` is what HTTP calls the format of zlib. */
const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) }

/** Shorter ones are cheaper to take as they are. */
const inPlaceBytesMin = 1024 * 1024

/** The most bytes that deflate can make of one. */
const expansionMax = 1032

/** The body, unpacked away from this thread and never beyond the limit. @throws AppError */
export async function readBody(context: Context<ServingEnvironment>): Promise<Uint8Array> {
  const coding = context.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  const packed = await bytesOf(context).catch((error) => {
    throw context.req.raw.signal.aborted || isBrokenOff(error) ? errors.clientClosed() : error
  })
  if (coding === 'identity' || coding === '') return packed
  if (coding !== 'gzip' && coding !== 'deflate') throw errors.unsupportedEncoding(coding, 'gzip, deflate or none')
  const hold = context.get('bodyHold')
  const mostBytes = Math.min(bodyMaxBytes, packed.byteLength * expansionMax)
  hold?.add(mostBytes)
  try {
    const unpacked = await unpackers[coding](packed, { maxOutputLength: bodyMaxBytes })
    hold?.add(unpacked.byteLength - mostBytes)
    return unpacked
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw errors.payloadTooLarge(bodyMaxBytes)
    throw errors.invalidRequest(`The body is not valid ${coding}.`)
  }
}

/** Put in place as it comes, where it is long: all at the end would hold up everybody else. */
async function bytesOf({ req }: Context<ServingEnvironment>): Promise<Uint8Array> {
  const announced = announcedBytes(req)
  const { body } = req.raw
  if (!(announced > inPlaceBytesMin) || body === null) return new Uint8Array(await req.arrayBuffer())
  const bytes = new Uint8Array(announced)
  let at = 0
  for await (const chunk of body) {
    if (at + chunk.length > announced) throw errors.invalidRequest('The body is longer than its Content-Length.')
    bytes.set(chunk, at)
    at += chunk.length
  }
  if (at < announced) throw errors.clientClosed()
  // A shadow is sent the body as it was read.
  req.bodyCache.arrayBuffer = bytes.buffer
  return bytes
}
