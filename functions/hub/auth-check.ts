import { findRepo } from './find-revision.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'

/** R10: whether a key may read or write a repo. */
export function addAuthCheckRoutes(app: HubApp, { table }: HubParts) {
  for (const { kind, api } of repoKinds) {
    app.get(`${api}/:owner/:name/auth-check`, async (context) => {
      await findRepo(context, { table, kind })
      return context.json({ success: true })
    })
    app.get(`${api}/:owner/:name/auth-check/write`, async (context) => {
      await findRepo(context, { table, kind, access: 'write' })
      return context.json({ success: true })
    })
  }
}
