import { createHash, randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { Principal } from '../auth/principal.ts'
import { AppError, errors } from '../errors.ts'
import { orderedText } from '../ordered-text.ts'
import { answerOnce, claimOnce, type OnceAnswer, type OnceItem, releaseOnce } from '../table/idempotency.ts'
import type { Table } from '../table/table.ts'
import type { HttpEnvironment } from './context.ts'

export const idempotentReplayed = 'idempotent-replayed'

/** With the rest of the item, below DynamoDB's limit. */
const answerMaxBytes = 100_000

/**
 * Replays the first answer for 24 hours where a creation is sent again with the same `Idempotency-Key`. Only successes
 * are remembered; a refused request runs again. Goes after token verification and the body limit.
 */
export const onceOnly = ({ table, now }: { table: Table; now: () => Date }) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    const key = context.req.header('idempotency-key')
    const principal = context.get('principal')
    if (context.req.method !== 'POST' || key === undefined || principal === undefined) return next()
    if (!/^[\x21-\x7e]{1,255}$/.test(key))
      throw errors.invalidRequest('The Idempotency-Key must be 1 to 255 visible ASCII characters.', 'Idempotency-Key')
    const { userId } = principal
    const once = { userId, key, claim: randomUUID() }
    const fingerprint = await fingerprintOf(context, principal)
    const known = await claimOnce(table, { ...once, fingerprint, now: now() })
    if (known !== undefined) return replay(context, known, fingerprint)
    try {
      await next()
    } catch (error) {
      await releaseOnce(table, once)
      throw error
    }
    const made = context.res.status >= 200 && context.res.status < 300
    if (made) await answerOnce(table, once, await keptOf(context.res))
    else await releaseOnce(table, once)
    return undefined
  })

/** What identifies a repeated request: its content, and what its key may do. */
async function fingerprintOf({ req }: Context<HttpEnvironment>, { scopes, limit }: Principal): Promise<string> {
  const { pathname, search } = new URL(req.url)
  const body = createHash('sha256')
    .update(await req.text())
    .digest('hex')
  const parts = [req.method, pathname, search, body, [...scopes].sort(), limit ?? null]
  return createHash('sha256').update(orderedText(parts)).digest('hex')
}

/** Headers that a replay repeats. */
const keptHeaders = [
  ['contentType', 'content-type'],
  ['etag', 'etag'],
  ['location', 'location'],
] as const

function replay(context: Context<HttpEnvironment>, { fingerprint, state, answer }: OnceItem, asked: string): Response {
  if (fingerprint !== asked) throw refusals.otherRequest()
  if (state === 'running' || answer === undefined) throw refusals.running()
  const { status, body } = answer
  if (body === undefined) throw refusals.notKept()
  context.header(idempotentReplayed, 'true')
  for (const [part, header] of keptHeaders) if (answer[part] !== undefined) context.header(header, answer[part])
  return context.body(body, status as 200)
}

/** A secret is shown once: the replay says that it was given, without repeating it. */
async function keptOf(res: Response): Promise<OnceAnswer> {
  const { status } = res
  const headers = keptHeaders.map(([part, header]) => [part, res.headers.get(header) ?? undefined])
  const body = await res.clone().text()
  const isKept = Buffer.byteLength(body) <= answerMaxBytes && !holdsSecret(body)
  return { status, ...Object.fromEntries(headers), ...(isKept && { body }) }
}

const holdsSecret = (body: string): boolean =>
  /"(?:\w*[tT]oken|secret|password)"\s*:|hf_[A-Za-z0-9]{20,}|(?:rt|in)_[0-9a-f]{16,}|eyJ[\w-]+\.[\w-]+\./.test(body)

const refusals = {
  otherRequest: () =>
    new AppError({
      code: 'idempotency_key_reused',
      status: 422,
      message: 'This Idempotency-Key was already sent with another request. Use a new key for each new request.',
      param: 'Idempotency-Key',
    }),
  running: () =>
    new AppError({
      code: 'idempotency_in_flight',
      status: 409,
      message: 'A request with this Idempotency-Key is still running. Send it again in a moment for its answer.',
      retryable: true,
      retryAfterSeconds: 1,
    }),
  notKept: () =>
    new AppError({
      code: 'idempotency_answer_not_kept',
      status: 409,
      message:
        'This was already created by a request with this Idempotency-Key, whose answer is not stored because it held a secret or was too large. Look it up in the list, or delete it and create another one with a new key.',
      param: 'Idempotency-Key',
    }),
}
