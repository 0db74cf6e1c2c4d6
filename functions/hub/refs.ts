import { listRefs } from '../../shared/table/repos.ts'
import { isTrue } from './expand.ts'
import { findRepo } from './find-revision.ts'
import type { HubApp, HubParts } from './parts.ts'
import { repoKinds } from './repo-kinds.ts'

/** R8: the branches and tags of a repo. */
export function addRefsRoute(app: HubApp, { table }: HubParts) {
  for (const { kind: repoKind, api } of repoKinds)
    app.get(`${api}/:owner/:name/refs`, async (context) => {
      const { id } = await findRepo(context, { table, kind: repoKind })
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
