import { findRepo } from './find-revision.ts'
import type { HubApp, HubParts } from './parts.ts'

/** R10: whether a key may read a repo, or write it. */
export function addAuthCheckRoutes(app: HubApp, { table }: HubParts) {
  app.get('/api/models/:owner/:name/auth-check', async (context) => {
    await findRepo(context, { table })
    return context.json({ success: true })
  })
  app.get('/api/models/:owner/:name/auth-check/write', async (context) => {
    await findRepo(context, { table, access: 'write' })
    return context.json({ success: true })
  })
}
