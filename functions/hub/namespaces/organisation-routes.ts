import type { Context } from 'hono'
import { accessOwner } from '../../../shared/auth/access-owner.ts'
import { principalOf } from '../../../shared/auth/middleware.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { decodeCursor, encodeCursor } from '../../../shared/table/cursor.ts'
import { keys } from '../../../shared/table/keys.ts'
import { listMembers } from '../../../shared/table/members.ts'
import type { OwnerItem } from '../../../shared/table/owners.ts'
import type { Table } from '../../../shared/table/table.ts'
import { hubErrors } from '../hub-errors.ts'
import { nextLink } from '../link-header.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { namespaceName, organisationJson, userJson } from './namespace-json.ts'

const pageSize = 500

/** An organisation and its members, for its members. */
export function addOrganisationRoutes(app: HubApp, { table, publicUrl }: HubParts) {
  app.get('/api/organizations/:name/overview', async (context) => {
    const { name, createdAt } = await organisationOf(context, table)
    const { items, nextKey } = await listMembers(table, { owner: name, limit: pageSize })
    // A larger organisation is not counted, because that would take more than one read.
    const count = nextKey === undefined && { numUsers: items.length }
    return context.json({ ...organisationJson(name), createdAt, ...count })
  })

  app.get('/api/organizations/:name/members', async (context) => {
    const { name: owner } = await organisationOf(context, table)
    const startKey = decodeCursor(context.req.query('cursor'), { pk: keys.owner(owner).pk })
    const { items, nextKey } = await listMembers(table, { owner, limit: pageSize, startKey })
    const cursor = encodeCursor(nextKey)
    if (cursor !== undefined) context.header('link', nextLink({ url: context.req.url, publicUrl, changes: { cursor } }))
    return context.json(items.map(({ username, role }) => ({ ...userJson(username), role })))
  })
}

/** @throws AppError `owner_not_found` */
async function organisationOf(context: Context<HttpEnvironment>, table: Table): Promise<OwnerItem> {
  const name = namespaceName(context)
  const owner = await accessOwner(table, { principal: principalOf(context), name, access: 'read' })
  if (owner.kind !== 'organisation') throw hubErrors.noOrganisation(owner.name)
  return owner
}
