import type { Context } from 'hono'
import { predictionMaxBytes } from '../../../shared/contract/predict.ts'
import { errors } from '../../../shared/errors.ts'
import { announcedBytes } from '../../../shared/http/json-body.ts'
import type { Asked, Router } from '../../deployments/route.ts'
import { pictureMaxBytes } from '../../tasks/image/picture-limits.ts'
import { askedModel } from '../routing.ts'
import type { ServingEnvironment } from '../serving-environment.ts'

/** A phone's photo as base64, which clients send with labels or a text. */
const jsonPictureMaxBytes = 12 * 1024 * 1024
/** Far more than accompany pictures. */
const valuesMax = 100_000

/** Pictures are larger than texts, so their bodies may be, and JSON for a model that reads pictures. */
export const pipelineMaxBytes = (router: Router) => (context: Context<ServingEnvironment>) => {
  if (isBytes(context)) return pictureMaxBytes
  if (!isLarge(context)) return predictionMaxBytes
  const asked = { model: askedModel(context, undefined), caller: context.get('principal') }
  return /\bimage\b/.test(taskOf(router, asked)) ? jsonPictureMaxBytes : predictionMaxBytes
}

/** Also for a model that is not ready, because its inputs do not depend on that. */
function taskOf(router: Router, asked: Asked): string {
  try {
    return router.resolve(asked).item.task
  } catch {
    return router.find(asked).item.task
  }
}

/** Whether a body exceeds the limit of anything but pictures; one of unannounced length counts as small. */
export const isLarge = (context: Context): boolean => announcedBytes(context.req) > predictionMaxBytes

/** Whether the body's content type is binary. */
export const isBytes = (context: Context): boolean =>
  /^(?:image\/|application\/octet-stream\b)/.test(context.req.header('content-type')?.toLowerCase() ?? '')

/**
 * A large body must be mostly pictures, because parsing millions of values would take seconds. @throws AppError
 * `payload_too_large`
 */
export function assertFewValues(bytes: Uint8Array): void {
  let count = 0
  for (let at = bytes.indexOf(comma); at >= 0; at = bytes.indexOf(comma, at + 1))
    if (++count > valuesMax) throw errors.payloadTooLarge(predictionMaxBytes)
}

const comma = 0x2c
