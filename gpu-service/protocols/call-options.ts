import type { Context } from 'hono'
import { principalOf } from '../../shared/auth/middleware.ts'
import { errors } from '../../shared/errors.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import { withLimitHeaders } from './limit-headers.ts'
import type { Place, ServingEnvironment } from './serving-environment.ts'

/** In seconds: ours, and those in which the OpenAI SDKs for JavaScript and Python send their own timeout. */
const timeoutHeaders = ['x-request-timeout', 'x-stainless-timeout', 'x-stainless-read-timeout'] as const
const secondsMax = 3600

/** How the caller wants the work done. @throws AppError `invalid_request` naming the header at fault */
export function callOptions(context: Context<ServingEnvironment>, now = () => performance.now()): CallOptions {
  return {
    signal: context.req.raw.signal,
    deadlineMs: deadlineOf(context, now),
    charge: (tokens) => chargeTo(context, tokens),
    ...placeOf(context),
  }
}

/** @throws AppError `rate_limited`, `request_too_costly` */
function chargeTo(context: Context<ServingEnvironment>, tokens: number): void {
  const limits = context.get('limits')
  if (limits !== undefined) withLimitHeaders(limits, context, () => context.get('admitted')?.charge(tokens))
}

/** @throws AppError `invalid_request` naming the header at fault */
export function placeOf(context: Context<ServingEnvironment>): Place {
  const known = context.get('place')
  if (known !== undefined) return known
  const priority = priorityOf(context)
  const { userId: tenant } = principalOf(context)
  const place = { priority, tenant, patience: patienceOf(context.req.header('content-length')) }
  context.set('place', place)
  return place
}

/** Depends on the size of the body, known before it is read, because many inputs take longer anyway. */
export function patienceOf(contentLength: string | undefined): number {
  const sizeBytes = Number(contentLength ?? Number.POSITIVE_INFINITY)
  return sizeBytes <= 4096 ? 1 : sizeBytes <= 65_536 ? 2 : 4
}

/** The strictest of the timeouts applies. */
function deadlineOf(context: Context<ServingEnvironment>, now: () => number): number | undefined {
  const seconds = timeoutHeaders.flatMap((name) => {
    const value = context.req.header(name)
    if (value === undefined) return []
    const number = value.trim() === '' ? Number.NaN : Number(value) + truncatedSeconds(name, value)
    if (!(number > 0)) throw errors.invalidRequest(`The header "${name}" must be a number of seconds over 0.`, name)
    return [Math.min(number, secondsMax)]
  })
  return seconds.length === 0 ? undefined : now() + Math.min(...seconds) * 1000
}

/** The OpenAI SDKs truncate to whole seconds: one that sends 0 waits for up to 1 s and then disconnects by itself. */
const truncatedSeconds = (name: (typeof timeoutHeaders)[number], value: string): number =>
  name.startsWith('x-stainless') && /^\d+$/.test(value.trim()) ? 1 : 0

function priorityOf(context: Context<ServingEnvironment>): CallOptions['priority'] {
  const value = context.req.header('x-priority') ?? 'interactive'
  if (value === 'interactive' || value === 'bulk') return value
  throw errors.invalidRequest('The header "x-priority" must be "interactive" or "bulk".', 'x-priority')
}
