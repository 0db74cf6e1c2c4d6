import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import type { Context } from 'hono'
import { AppError, errors } from '../../../shared/errors.ts'
import { isBrokenOff } from '../../../shared/http/json-body.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { bodyMaxBytes } from './limits.ts'

/** `deflate` is what HTTP calls the format of zlib. */
const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) }

/** The most bytes that deflate can make of one. */
const expansionMax = 1032

/** The body, unpacked away from this thread and never beyond the limit. @throws AppError */
export async function readBody(context: Context<ServingEnvironment>): Promise<Uint8Array> {
  const coding = context.req.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  const packed = new Uint8Array(
    await context.req.arrayBuffer().catch((error) => {
      throw context.req.raw.signal.aborted || isBrokenOff(error) ? errors.clientClosed() : error
    }),
  )
  if (coding === 'identity' || coding === '') return packed
  if (coding !== 'gzip' && coding !== 'deflate')
    throw new AppError({
      code: 'unsupported_encoding',
      status: 415,
      message: `The content encoding "${coding.slice(0, 50)}" is not taken; send gzip, deflate or none.`,
    })
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
