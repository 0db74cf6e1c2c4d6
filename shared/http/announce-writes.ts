import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { AppError } from '../errors.ts'
import { newEvent } from '../table/audit.ts'
import { type AuditIntent, announceEvent } from '../table/audit-intents.ts'
import type { RecordWrites } from './audit.ts'
import type { AuditedRoute } from './audit-actions.ts'
import { ownerNamed, withoutSecrets } from './audit-subject.ts'
import { callerAddress } from './caller-address.ts'
import type { HttpEnvironment } from './context.ts'

/**
 * Writes to the audit log before the action, so that even a process that dies during it leaves a trace. Goes after the
 * middleware that verifies tokens, so that strangers announce nothing. `recordWrites` adds the outcome.
 */
export const announceWrites = ({ table, actionOf, now }: RecordWrites) =>
  createMiddleware<HttpEnvironment>(async (context, next) => {
    const route = actionOf(context.req)
    if (route === undefined || context.get('principal') === undefined) return next()
    const intent = intentOf(context, route, now())
    try {
      await announceEvent(table, intent)
    } catch (cause) {
      throw notAnnounced(cause)
    }
    context.set('intent', intent)
    return next()
  })

function intentOf(context: Context<HttpEnvironment>, { action, params }: AuditedRoute, now: Date): AuditIntent {
  const { userId, username, keyId } = context.get('principal') ?? { userId: '-' }
  const path = context.req.path.replace(/^\/api\/(?:v1\/)?|^\//, '')
  const { outcome: _, ...intent } = newEvent(
    {
      actor: { userId, username, keyId },
      action,
      owner: (params.owner === undefined ? undefined : ownerNamed(params.owner)) ?? '-',
      target: withoutSecrets(path).slice(0, targetMax),
      outcome: { result: 'unknown' },
      from: callerAddress(context),
      requestId: withoutSecrets(context.get('requestId')),
    },
    now,
  )
  return intent
}

const targetMax = 500

const notAnnounced = (cause: unknown) =>
  new AppError({
    code: 'not_recorded',
    status: 500,
    message: 'Nothing was done, because the audit log could not be written. Try again in a moment.',
    retryable: true,
    cause,
  })
