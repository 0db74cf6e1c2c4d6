import { accessRepo } from '../../shared/auth/access-repo.ts'
import type { Access } from '../../shared/auth/authorize.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import { routes } from '../../shared/contract/routes.ts'
import { createRepo } from '../../shared/repos/create-repo.ts'
import { deleteRepo, undeleteRepo } from '../../shared/repos/delete-repo.ts'
import { moveRepo } from '../../shared/repos/move-repo.ts'
import { changeStanding } from '../../shared/repos/ref-change.ts'
import { relabelDeployments } from '../../shared/repos/relabel-deployments.ts'
import { requireCurrentName } from '../../shared/repos/repo-errors.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { type AskedRepo, asked } from './asked-repo.ts'
import { toRepo } from './repo-answer.ts'
import { announce, manifestMessage, type RegistryApp, type RepoParts } from './repo-parts.ts'

/** Creating, changing, renaming and deleting repos; each is one transaction, and then announced. */
export function addRepoChangeRoutes(app: RegistryApp, parts: RepoParts) {
  const { table, quotas, now } = parts

  app.openapi(routes.createRepo, async (context) => {
    const { name, kind, visibility } = context.req.valid('json')
    const repo = await createRepo({
      table,
      principal: principalOf(context),
      kind,
      name,
      visibility,
      reposMax: quotas.repos,
      now: now(),
      urlOf: urlOfRepo,
    })
    const { id: repoId, revision } = repo
    await announce(context, parts, { step: 'inspect-revision', repoId, revision, attempt: 1 })
    context.header('location', urlOfRepo(repo))
    return context.json(toRepo(repo), 201)
  })

  app.openapi(routes.changeRepo, async (context) => {
    const { visibility, tags } = context.req.valid('json')
    const access = visibility === undefined ? 'write' : 'admin'
    const repo = await repoFor(parts, { ...asked(context), access })
    const updatedAt = now().toISOString()
    const changed = await changeStanding(table, repo, (before) => ({
      repo: { ...before, ...(visibility && { visibility }), ...(tags && { tags }), updatedAt },
    }))
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toRepo(changed), 200)
  })

  app.openapi(routes.renameRepo, async (context) => {
    const { to } = context.req.valid('json')
    const principal = principalOf(context)
    const repo = await repoFor(parts, { ...asked(context), access: 'admin', byCurrentName: true })
    const limits = { reposMax: quotas.repos, storedBytesMax: quotas.storedBytes }
    const moved = await moveRepo({ table, principal, repo, to, ...limits, now: now() })
    await relabelDeployments(table, moved)
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toRepo(moved), 200)
  })

  app.openapi(routes.deleteRepo, async (context) => {
    const force = context.req.valid('query').force === 'true'
    const repo = await repoFor(parts, { ...asked(context), access: 'admin', byCurrentName: true })
    const deleted = await deleteRepo({ table, principal: context.get('principal'), repo, force, now: now() })
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toRepo(deleted), 200)
  })

  app.openapi(routes.undeleteRepo, async (context) => {
    const repo = await repoFor(parts, { ...asked(context), access: 'admin', withDeleted: true, byCurrentName: true })
    const restored = await undeleteRepo({ table, repo, now: now() })
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toRepo(restored), 200)
  })
}

interface RepoFor extends AskedRepo {
  access: Access
  withDeleted?: boolean
  byCurrentName?: boolean
}

async function repoFor({ table }: RepoParts, { byCurrentName = false, ...request }: RepoFor): Promise<RepoItem> {
  const repo = await accessRepo(table, request)
  if (byCurrentName) requireCurrentName(repo, { asked: request.name, url: urlOfRepo(repo) })
  return repo
}

const urlOfRepo = (repo: Pick<RepoItem, 'owner' | 'name' | 'kind'>): string =>
  `/api/v1/repos/${fullName(repo)}${repo.kind === 'model' ? '' : `?kind=${repo.kind}`}`
