import * as z from 'zod'
import { accessRepo } from '../../../shared/auth/access-repo.ts'
import { errors } from '../../../shared/errors.ts'
import { readJson } from '../../../shared/http/json-body.ts'
import { parseRepoId } from '../../../shared/model/repo-id.ts'
import { deleteRepo } from '../../../shared/repos/delete-repo.ts'
import { moveRepo } from '../../../shared/repos/move-repo.ts'
import { relabelDeployments } from '../../../shared/repos/relabel-deployments.ts'
import { requireCurrentName } from '../../../shared/repos/repo-errors.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { findRepo } from '../find-revision.ts'
import { originOf } from '../link-header.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { repoKinds } from '../repo-kinds.ts'
import { urlOf } from './commit-route.ts'
import { notifyIngest } from './notify-ingest.ts'
import { kindOf, nameOf, repoName, repoVisibility, visibilityOf } from './repo-body.ts'

const deletion = z.object(repoName)
const move = z.object({ fromRepo: z.string(), toRepo: z.string(), type: z.string().nullish() })
const settings = z.object({ ...repoVisibility, gated: z.union([z.boolean(), z.string()]).nullish() })

/** W9 and W12: deleting, moving and publishing repos, for their admins. */
export function addRepoRoutes(app: HubApp, parts: HubParts) {
  const { table, limits, now } = parts
  const manifested = ({ id }: RepoItem) => ({ step: 'write-repo-manifest' as const, repoId: id, attempt: 1 })

  app.delete('/api/repos/delete', async (context) => {
    const principal = context.get('principal')
    const body = await readJson(context, deletion)
    const [kind, name] = [kindOf(body.type), nameOf(body, principal)]
    const repo = await accessRepo(table, { principal, access: 'admin', kind, name })
    requireCurrentName(repo, { asked: name, url: urlOf(repo, originOf(context.req.url, parts.publicUrl)) })
    // It can be restored for a while, so its name stays taken and it stays counted.
    await deleteRepo({ table, principal, repo, now: now() })
    await notifyIngest(context, parts, manifested(repo))
    return context.json({ success: true })
  })

  app.post('/api/repos/move', async (context) => {
    const principal = context.get('principal')
    const { fromRepo, toRepo, type } = await readJson(context, move)
    const to = parseRepoId(toRepo, 'toRepo')
    const name = parseRepoId(fromRepo, 'fromRepo')
    const repo = await accessRepo(table, { principal, access: 'admin', kind: kindOf(type), name })
    const origin = originOf(context.req.url, parts.publicUrl)
    requireCurrentName(repo, { asked: name, url: urlOf(repo, origin) })
    const moved = await moveRepo({ table, principal, repo, to, ...limits, now: now() })
    await relabelDeployments(table, moved)
    await notifyIngest(context, parts, manifested(moved))
    return context.json({ success: true, url: urlOf(moved, origin) })
  })

  for (const { kind, api } of repoKinds)
    app.put(`${api}/:owner/:name/settings`, async (context) => {
      const repo = await findRepo(context, { table, kind, access: 'admin' })
      const body = await readJson(context, settings)
      if (body.gated != null && body.gated !== false)
        throw errors.invalidRequest('Repos are not gated here; members and keys decide who may read one.', 'gated')
      const visibility = visibilityOf(body) ?? repo.visibility
      await changeRepo(table, repo.id, (before) =>
        before.visibility === visibility
          ? undefined
          : { repo: { ...before, visibility, updatedAt: now().toISOString() } },
      )
      await notifyIngest(context, parts, manifested(repo))
      return context.json({ visibility, private: visibility === 'private', gated: false })
    })
}
