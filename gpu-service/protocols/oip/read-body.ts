import { createGunzip, createInflate } from 'node:zlib'
import type { Context } from 'hono'
import { AppError, errors } from '../../../shared/errors.ts'
import { readFailure } from '../../../shared/http/aborted-body.ts'
import { announcedBytes } from '../../../shared/http/json-body.ts'
import { yieldTurnFor } from '../../yield-turn.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { joinBytes } from './join-bytes.ts'
import { bodyMaxBytes } from './limits.ts'

/** `deflate` is HTTP's name of the zlib format. */
const unpackers = { gzip: createGunzip, deflate: createInflate }
/** Per decompressed chunk. */
const chunkSize = 256 * 1024

/** Shorter bodies are cheaper to buffer as they are. */
const inPlaceBytesMin = 1024 * 1024

/** The largest expansion by deflate. */
const expansionMax = 1032

/** Reads the body, decompressed off this thread and never beyond the limit. @throws AppError */
export async function readBody(context: Context<ServingEnvironment>): Promise<Uint8Array> {
  const coding = context.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  const packed = await bytesOf(context).catch((error) => {
    throw readFailure(context, error)
  })
  if (coding === 'identity' || coding === '') return packed
  if (coding !== 'gzip' && coding !== 'deflate') throw errors.unsupportedEncoding(coding, 'gzip, deflate or none')
  const hold = context.get('bodyHold')
  const mostBytes = Math.min(bodyMaxBytes, packed.byteLength * expansionMax)
  hold?.add(mostBytes)
  try {
    const pieces = await unpack(packed, coding)
    const unpacked = await joinBytes(pieces, yieldTurnFor(context.req.raw.signal))
    hold?.add(unpacked.byteLength - mostBytes)
    return unpacked
  } catch (error) {
    throw error instanceof AppError ? error : errors.invalidRequest(`The body is not valid ${coding}.`)
  }
}

/** @throws AppError `payload_too_large`, zlib's Error */
async function unpack(packed: Uint8Array, coding: keyof typeof unpackers): Promise<Uint8Array[]> {
  const unpacker = unpackers[coding]({ chunkSize })
  unpacker.end(packed)
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of unpacker as AsyncIterable<Uint8Array>) {
    sizeBytes += piece.byteLength
    if (sizeBytes > bodyMaxBytes) throw errors.payloadTooLarge(bodyMaxBytes)
    pieces.push(piece)
  }
  return pieces
}

/** A long body is copied as it arrives, because copying it at the end would block everybody else. */
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
  // A shadow gets the body as it was read.
  req.bodyCache.arrayBuffer = bytes.buffer
  return bytes
}
