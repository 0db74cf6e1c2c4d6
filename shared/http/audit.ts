import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AppError } from '../errors.ts'
import { type AuditEvent, type AuditOutcome, newEvent, recordEvent } from '../table/audit.ts'
import { settleEvent, withdrawEvent } from '../table/audit-intents.ts'
import type { Table } from '../table/table.ts'
import type { ActionOf, AuditedRoute } from './audit-actions.ts'
import { actorOf, subjectOf, withoutSecrets } from './audit-subject.ts'
import { callerAddress } from './caller-address.ts'
import type { HttpEnvironment } from './context.ts'
import { idempotentReplayed } from './idempotency.ts'
import { logOf } from './request-log.ts'

export interface RecordWrites {
  table: Table
  actionOf: ActionOf
  now: () => Date
}

/**
 * How many refused strangers one process records per minute, because requests without a key must not fill the table.
 */
const strangersPerMinute = 120

/**
 * Records every request that would write, refused or not, before its answer is sent. Where recording fails the answer
 * is 500, so that no success is reported that the log does not hold; a refusal stays a refusal. Goes outside the
 * middleware that verifies tokens, so that it sees their refusals, too.
 */
export function recordWrites({ table, actionOf, now }: RecordWrites) {
  const admits = perMinute(strangersPerMinute, now)
  return createMiddleware<HttpEnvironment>(async (context, next) => {
    await next()
    const route = actionOf(context.req)
    const intent = context.get('intent')
    if (route === undefined) return
    if (context.get('subject')?.isRead) return intent && withdrawEvent(table, intent)
    const event = await eventOf(context, route, now())
    const isRefusal = event.outcome.result === 'refused'
    if (event.actor === undefined && isRefusal && !admits())
      return logOf(context).warn({ action: event.action, from: event.from }, 'a refusal of a stranger is not recorded')
    try {
      const isLate = intent !== undefined && (await settleEvent(table, { intent, event }))
      // For a late answer, the log already says that the outcome is unknown.
      if (intent === undefined || isLate) await recordEvent(table, event)
    } catch (cause) {
      logOf(context).error({ err: cause, action: event.action }, 'an event could not be recorded')
      if (!isRefusal) throw notRecorded(cause)
    }
  })
}

async function eventOf(context: Context<HttpEnvironment>, route: AuditedRoute, now: Date): Promise<AuditEvent> {
  const actor = await actorOf(context)
  const subject = await subjectOf(context, route)
  return newEvent(
    {
      ...(actor && { actor }),
      action: route.action,
      ...subject,
      outcome: outcomeOf(context),
      from: callerAddress(context),
      requestId: withoutSecrets(context.get('requestId')),
    },
    now,
  )
}

function outcomeOf({ res, error }: Context<HttpEnvironment>): AuditOutcome {
  const { status } = res
  const result = status < 400 ? 'done' : status < 500 ? 'refused' : 'failed'
  const code = result === 'done' ? undefined : error instanceof AppError ? error.code : 'internal'
  const isReplayed = res.headers.has(idempotentReplayed)
  return { result, status, ...(code !== undefined && { code }), ...(isReplayed && { replayed: true }) }
}

/** Whether this minute has room for one more. */
function perMinute(max: number, now: () => Date): () => boolean {
  let minute = 0
  let count = 0
  return () => {
    const current = Math.floor(now().getTime() / 60_000)
    if (current !== minute) count = 0
    minute = current
    return ++count <= max
  }
}

const notRecorded = (cause: unknown) =>
  new AppError({
    code: 'not_recorded',
    status: 500,
    message:
      'Your request may have taken effect, but it could not be written to the audit log. Check that before you repeat it.',
    cause,
  })
