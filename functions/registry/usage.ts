import type { OpenAPIHono } from '@hono/zod-openapi'
import { requireAccess } from '../../shared/auth/authorize.ts'
import { principalOf, requireScope } from '../../shared/auth/middleware.ts'
import { requirePlatformAdmin } from '../../shared/auth/platform-admin.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { readableOwners, seesAll } from '../../shared/auth/visible-repos.ts'
import { routes } from '../../shared/contract/routes.ts'
import { type OwnerUsage, quotaTexts } from '../../shared/contract/usage.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { inParallel } from '../../shared/in-parallel.ts'
import { pageOfOwners } from '../../shared/table/owner-list.ts'
import { findOwner } from '../../shared/table/owners.ts'
import { type Quotas, quotaNames, readOwnerUse, setQuotas } from '../../shared/table/quotas.ts'
import type { Table } from '../../shared/table/table.ts'

interface UsageRoutesOptions {
  table: Table
  quotas: Quotas
}

/** Owners' use of their quotas, and the limits that admins set. */
export function addUsageRoutes(app: OpenAPIHono<HttpEnvironment>, { table, quotas }: UsageRoutesOptions) {
  app.get('/api/v1/usage', requireScope('read'))

  app.openapi(routes.getUsage, async (context) => {
    const principal = principalOf(context)
    const { owners, isOfAll, cursor } = await ownersFor(table, principal, context.req.valid('query'))
    const found = await inParallel(owners, 16, (owner) => usageOf(table, owner, quotas))
    const items = isOfAll ? found.filter((one) => one.owner === principal.username || hasAnything(one)) : found
    return context.json({ items, cursor }, 200)
  })

  app.openapi(routes.setQuotas, async (context) => {
    requirePlatformAdmin(principalOf(context))
    const { owner: asked } = context.req.valid('param')
    const owner = await findOwner(table, asked)
    if (owner === undefined) throw errors.ownerNotFound(asked)
    await setQuotas(table, owner.name, context.req.valid('json'))
    return context.json(await usageOf(table, owner.name, quotas), 200)
  })
}

async function ownersFor(
  table: Table,
  principal: Principal,
  { owner: asked, limit, cursor }: { owner?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ owners: string[]; isOfAll?: boolean; cursor?: string | undefined }> {
  if (asked === undefined) {
    const named = readableOwners(principal).filter((owner) => owner !== undefined)
    if (!seesAll(principal)) return { owners: named }
    const page = await pageOfOwners(table, { own: principal.username, limit, cursor })
    return { owners: page.items.map(({ name }) => name), isOfAll: true, cursor: page.cursor }
  }
  const hidden = () => errors.ownerNotFound(asked)
  requireAccess({ principal, access: 'read', resource: { owner: asked }, hidden })
  const owner = await findOwner(table, asked)
  if (owner === undefined && asked.toLowerCase() !== principal.username.toLowerCase()) throw hidden()
  return { owners: [owner?.name ?? asked] }
}

/** Whether to list an owner; a failed pull may have created one that has nothing. */
const hasAnything = ({ quotas }: OwnerUsage): boolean => quotas.some(({ used = 0, isOwn }) => used > 0 || isOwn)

async function usageOf(table: Table, owner: string, quotas: Quotas): Promise<OwnerUsage> {
  const { use, own } = await readOwnerUse(table, owner)
  return {
    owner,
    quotas: quotaNames.map((name) => ({
      name,
      ...(name !== 'requestsPerMinute' && { used: use[name] }),
      limit: own[name] ?? quotas[name],
      isOwn: own[name] !== undefined,
      about: quotaTexts[name],
    })),
  }
}
