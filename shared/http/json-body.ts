import type { Context, HonoRequest, MiddlewareHandler, Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { z } from 'zod'
import { type AppError, errors, messageOf } from '../errors.ts'
import { firstIssue } from '../first-issue.ts'
import { plainIssues } from '../plain-issues.ts'
import { runToEnd } from '../run-to-end.ts'
import { readFailure } from './aborted-body.ts'
import { duplicateKeyInSteps } from './duplicate-key.ts'
import { halfCharacterInSteps } from './half-character.ts'
import { parseInSteps, pieceLength } from './json-steps.ts'

/** Refuses a larger body with 413 before it is read into memory. */
export const limitBody = (maxBytes: number) =>
  createMiddleware((context, next) => withinLimit({ context, next, announced: announcedBytes(context.req), maxBytes }))

/** The same, where the announced length is already known. @throws AppError `payload_too_large` */
export function withinLimit({ context, next, announced, maxBytes }: WithinLimit): ReturnType<MiddlewareHandler> {
  if (announced > maxBytes) throw errors.payloadTooLarge(maxBytes)
  if (!Number.isNaN(announced)) return next()
  const onError = () => {
    throw errors.payloadTooLarge(maxBytes)
  }
  let isRead = false
  const goOn = () => {
    isRead = true
    return next()
  }
  return bodyLimit({ maxSize: maxBytes, onError })(context, goOn).catch((error) => {
    throw isRead ? error : readFailure(context, error)
  })
}

interface WithinLimit {
  context: Context
  next: Next
  announced: number
  maxBytes: number
}

/** The announced length of a body, which HTTP enforces; NaN for a chunked one. */
export const announcedBytes = (request: Pick<HonoRequest, 'header'>): number =>
  request.header('transfer-encoding') === undefined ? Number(request.header('content-length')) : Number.NaN

/** Reads a JSON body and validates it. @throws AppError `invalid_json`, `invalid_request` */
export async function readJson<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  return parseWith(schema, parseJson(await textOf(context)))
}

/** The same for an optional body, which defaults to `{}`. @throws AppError `invalid_json`, `invalid_request` */
export async function readOptionalJson<Schema extends z.ZodType>(context: Context, schema: Schema) {
  const text = await textOf(context)
  return parseWith(schema, text.trim() === '' ? {} : parseJson(text))
}

/** Refuses a JSON body with a duplicate name, on routes whose validators would silently take the last one. */
export const refuseDuplicateNames = createMiddleware(async (context, next) => {
  if (/^application\/(?:[\w.-]+\+)?json\b/i.test(context.req.header('content-type') ?? '')) {
    const text = await textOf(context)
    if (text.trim() !== '') parseJson(text)
  }
  await next()
})

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws AppError `invalid_json` */
export async function textOf(context: Context): Promise<string> {
  let bytes: ArrayBuffer
  try {
    bytes = await context.req.arrayBuffer()
  } catch (error) {
    throw readFailure(context, error)
  }
  try {
    return utf8.decode(bytes)
  } catch {
    refusePacked(context)
    // The caller would otherwise get replacement characters back as if it had sent them.
    throw errors.invalidJson('it is not UTF-8')
  }
}

/** For routes that do not decompress. @throws AppError `unsupported_encoding` */
export function refusePacked({ req }: Context): void {
  const coding = req.header('content-encoding')?.trim() ?? ''
  if (!['', 'identity'].includes(coding.toLowerCase())) throw errors.unsupportedEncoding(coding, 'the body as it is')
}

/** More than any valid request has. Every unknown field costs more than the rest of the request. */
const fieldsMax = 1000

/** Refuses an object with too many fields before a schema visits them. @throws AppError `invalid_request` */
export function assertFewFields(value: unknown, what: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  let count = 0
  for (const _name in value)
    if (++count > fieldsMax) throw errors.invalidRequest(`${what} has more than ${fieldsMax} fields.`)
}

const parseJson = (text: string): unknown => runToEnd(parseJsonInSteps(text))

/**
 * Parses a body step by step, where the thread serves others in between. @throws AppError `invalid_json`,
 * `invalid_request`
 */
export function* parseJsonInSteps(text: string): Generator<void, unknown> {
  if (text.trim() === '') throw errors.invalidJson('it is empty')
  const isLong = text.length > pieceLength
  const twice = yield* duplicateKeyInSteps(text)
  if (isLong) yield
  let body: unknown
  try {
    body = yield* parseInSteps(text)
  } catch (error) {
    throw errors.invalidJson(messageOf(error))
  }
  assertFewFields(body, 'The body')
  if (twice !== undefined) throw errors.invalidJson(`it holds "${twice.slice(0, 100)}" twice`)
  if (isLong) yield
  const place = yield* halfCharacterInSteps(text, body)
  if (place !== undefined) throw errors.halfCharacter(place.slice(0, 200))
  if (isLong) yield
  return body
}

/** @throws AppError `invalid_request` naming the first field at fault */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value, plainIssues)
  if (parsed.success) return parsed.data
  throw validationError(parsed.error)
}

export function validationError(error: z.ZodError, whole = 'The body'): AppError {
  const { path, message } = firstIssue(error)
  const param = path.join('.')
  return errors.invalidRequest(`${param === '' ? whole : `"${param}"`}: ${message}.`, param === '' ? undefined : param)
}
