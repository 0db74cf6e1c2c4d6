import { listRefs } from '../../shared/table/repos.ts'
import { isTrue } from './expand.ts'
import { findRepo } from './find-revision.ts'
import type { HubApp, HubParts } from './parts.ts'

/** R8: the branches and tags of a repo. */
export function addRefsRoute(app: HubApp, { table }: HubParts) {
  app.get('/api/models/:owner/:name/refs', async (context) => {
    const { id } = await findRepo(context, { table })
    const refs = await Array.fromAsync(listRefs(table, id))
    const named = (wanted: 'branch' | 'tag', prefix: string) =>
      refs
        .filter(({ kind }) => kind === wanted)
        .map((ref) => ({ name: ref.name, ref: `${prefix}${ref.name}`, targetCommit: ref.revision }))
    const pullRequests = isTrue(context, 'include_prs') && { pullRequests: [] }
    return context.json({
      branches: named('branch', 'refs/heads/'),
      converts: [],
      tags: named('tag', 'refs/tags/'),
      ...pullRequests,
    })
  })
}
