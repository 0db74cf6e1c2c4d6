import type { OpenAPIHono } from '@hono/zod-openapi'
import { requireAccess } from '../../shared/auth/authorize.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import { hasScope, type Principal } from '../../shared/auth/principal.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { type AuditEvent, type AuditScope, readEvents } from '../../shared/table/audit.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import { findOwner } from '../../shared/table/owners.ts'
import type { Table } from '../../shared/table/table.ts'

/** How many events one page visits, whatever the filters leave out. */
const lookedAtMax = 1000
const readAtOnce = 100

/** The audit log, for the people it concerns. */
export function addAuditRoutes(app: OpenAPIHono<HttpEnvironment>, { table }: { table: Table }) {
  app.openapi(routes.listAudit, async (context) => {
    const { owner, actor, action, after, before, limit, cursor } = context.req.valid('query')
    const userId = actor === undefined ? undefined : await userIdOf(table, actor)
    const principal = principalOf(context)
    const scope = scopeFor(principal, { owner, userId })
    const since = owner === undefined || principal.role === 'admin' ? undefined : await ownedSince(table, owner)
    const position = eventId(decodePosition(cursor, 'audit'))
    const matches = (event: AuditEvent) =>
      (userId === undefined || event.actor?.userId === userId) &&
      (action === undefined || event.action === action || event.action.startsWith(`${action}.`))
    const period = { from: laterOf(dateOf(after), since), until: dateOf(before) }
    const { items, next } = await lookFor(table, { scope, position, ...period, limit, matches })
    const following = next === undefined ? undefined : encodePosition(next, 'audit')
    return context.json({ items: items.map(shown), cursor: following }, 200)
  })
}

/** @throws AppError where the caller is no admin of those whose events are requested */
function scopeFor(
  principal: Principal,
  { owner, userId }: { owner: string | undefined; userId: string | undefined },
): AuditScope {
  if (owner !== undefined) {
    requireAccess({ principal, access: 'admin', resource: { owner }, hidden: () => errors.ownerNotFound(owner) })
    return { owner }
  }
  if (!hasScope(principal, 'read')) throw errors.missingScope('read', principal.scopes)
  // A key for one owner or repo must not see what its user does elsewhere.
  if (principal.limit !== undefined) throw errors.limitedKey()
  const isAdmin = principal.role === 'admin' && hasScope(principal, 'admin')
  if (isAdmin) return userId === undefined ? 'all' : { userId }
  if (userId !== undefined && userId !== principal.userId) throw errors.adminOnly()
  return { userId: principal.userId }
}

interface Look {
  scope: AuditScope
  position: string | undefined
  from: Date | undefined
  until: Date | undefined
  limit: number
  matches: (event: AuditEvent) => boolean
}

async function lookFor(table: Table, { scope, position, from, until, limit, matches }: Look) {
  const items: AuditEvent[] = []
  let before = position
  for (let lookedAt = 0; lookedAt < lookedAtMax; lookedAt += readAtOnce) {
    const page = await readEvents(table, { scope, before, from, until, limit: readAtOnce })
    for (const event of page.items) {
      if (matches(event) && items.push(event) > limit)
        return { items: items.slice(0, limit), next: items[limit - 1]?.id }
      before = event.id
    }
    if (page.nextKey === undefined) return { items, next: undefined }
  }
  return { items, next: before }
}

const dateOf = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text))

/** Events of a name's former owner stay hidden from its current one. */
const ownedSince = async (table: Table, owner: string) => dateOf((await findOwner(table, owner))?.createdAt)

const laterOf = (one: Date | undefined, other: Date | undefined): Date | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one

async function userIdOf(table: Table, actor: string): Promise<string> {
  if (/^(?:admin|drop|user_[0-9a-f]{24})$/.test(actor)) return actor
  return (await findOwner(table, actor))?.userId ?? actor
}

function eventId(position: string | undefined): string | undefined {
  if (position === undefined || /^evt_[0-9a-f]{32}$/.test(position)) return position
  throw errors.invalidRequest('The cursor does not belong to this list. Start again without it.', 'cursor')
}

const shown = ({ id, at, actor, action, owner, target, outcome, from, requestId }: AuditEvent): AuditEvent => ({
  id,
  at,
  ...(actor && { actor }),
  action,
  owner,
  ...(target !== undefined && { target }),
  outcome,
  ...(from !== undefined && { from }),
  ...(requestId !== undefined && { requestId }),
})
