import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { principalOf } from '../../shared/auth/middleware.ts'
import { requirePlatformAdmin } from '../../shared/auth/platform-admin.ts'
import { hashToken } from '../../shared/auth/token.ts'
import type { invitation } from '../../shared/contract/auth.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import {
  createInvitation,
  deleteInvitation,
  type InvitationItem,
  listInvitations,
} from '../../shared/table/invitations.ts'
import { lists } from '../../shared/table/keys.ts'
import type { AuthApp, AuthParts } from './parts.ts'

export function addInvitationRoutes(app: AuthApp, { table, registration, now }: AuthParts) {
  app.openapi(routes.createInvitation, async (context) => {
    const principal = principalOf(context)
    requirePlatformAdmin(principal)
    if (registration === 'closed') throw errors.invitationsClosed()
    const { email, role, expiresInDays } = context.req.valid('json')
    const token = `in_${randomBytes(24).toString('hex')}`
    const at = now()
    const item: InvitationItem = {
      sha256: hashToken(token),
      role,
      ...(email !== undefined && { email }),
      createdAt: at.toISOString(),
      createdBy: principal.userId,
      validUntil: new Date(at.getTime() + expiresInDays * 86_400_000).toISOString(),
    }
    await createInvitation(table, item)
    return context.json({ ...toInvitation(item), token }, 201)
  })

  app.openapi(routes.listInvitations, async (context) => {
    requirePlatformAdmin(principalOf(context))
    const { limit, cursor } = context.req.valid('query')
    const page = await listInvitations(table, { limit, startKey: decodeCursor(cursor, { listPk: lists.invitations }) })
    return context.json({ items: page.items.map(toInvitation), cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.deleteInvitation, async (context) => {
    requirePlatformAdmin(principalOf(context))
    const { id } = context.req.valid('param')
    if (!(await deleteInvitation(table, id.slice('inv_'.length)))) throw errors.invitationNotFound(id)
    return context.body(null, 204)
  })
}

/** The id is the hash of the secret, which it does not reveal. */
const toInvitation = ({ sha256, ...item }: InvitationItem): z.infer<typeof invitation> => ({
  id: `inv_${sha256}`,
  role: item.role,
  createdAt: item.createdAt,
  createdBy: item.createdBy,
  validUntil: item.validUntil,
  ...(item.email !== undefined && { email: item.email }),
  ...(item.usedAt !== undefined && { usedAt: item.usedAt }),
  ...(item.usedBy !== undefined && { usedBy: item.usedBy }),
})
