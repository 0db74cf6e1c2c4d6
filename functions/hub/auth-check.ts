import { requireScope } from '../../shared/auth/middleware.ts'
import { findRepo } from './find-revision.ts'
import type { HubApp, HubParts } from './parts.ts'

/** R10: whether a key may read a repo, or write it. */
export function addAuthCheckRoutes(app: HubApp, { table }: HubParts) {
  app.get('/api/models/:owner/:name/auth-check', async (context) => {
    const { owner, name } = context.req.param()
    await findRepo(table, `${owner}/${name}`)
    return context.json({ success: true })
  })
  app.get('/api/models/:owner/:name/auth-check/write', requireScope('write'), async (context) => {
    const { owner, name } = context.req.param()
    await findRepo(table, `${owner}/${name}`)
    return context.json({ success: true })
  })
}
