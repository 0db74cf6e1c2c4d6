import type { OpenAPIHono } from '@hono/zod-openapi'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import { visibleAudiences } from '../../shared/auth/visible-repos.ts'
import type { Repo } from '../../shared/contract/repo.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { decodeCursor, decodePosition, encodeCursor, encodePosition } from '../../shared/table/cursor.ts'
import { keys } from '../../shared/table/keys.ts'
import { readRepoList } from '../../shared/table/read-repo-list.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { getRevision, listFiles, listRefs, resolveRef } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'

export function addRepoRoutes(app: OpenAPIHono<HttpEnvironment>, { table }: { table: Table }) {
  app.openapi(routes.listRepos, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const audiences = visibleAudiences(context.get('principal'))
    const { items, next } = await readRepoList(table, {
      lists: audiences.map((audience) => ({ kind: 'model', status: 'active', audience })),
      order: 'name',
      after: decodePosition(cursor, 'repos name'),
      limit,
    })
    const position = next === undefined ? undefined : encodePosition(next, 'repos name')
    return context.json({ items: items.map(toRepo), cursor: position }, 200)
  })

  app.openapi(routes.getRepo, async (context) => {
    const repo = await accessRepo(table, readOf(context.get('principal'), context.req.valid('param')))
    const refs = await Array.fromAsync(listRefs(table, repo.id))
    const named = (kind: 'branch' | 'tag') =>
      refs.filter((ref) => ref.kind === kind).map(({ name, revision }) => ({ name, revision }))
    const current = repo.revision === undefined ? undefined : await getRevision(table, repo.id, repo.revision)
    const about = { branches: named('branch'), tags: named('tag'), metadata: current?.metadata }
    return context.json({ ...toRepo(repo), ...about }, 200)
  })

  app.openapi(routes.getRevision, async (context) => {
    const params = context.req.valid('param')
    const repo = await accessRepo(table, readOf(context.get('principal'), params))
    const { id, source, sourceRevision, filesTotal, sizeBytes, metadata, createdAt, createdBy } = await revisionOf(
      table,
      repo,
      params.ref,
    )
    const origin = { source, sourceRevision, createdAt, createdBy }
    return context.json({ id, repo: fullName(repo), ...origin, filesTotal, sizeBytes, metadata }, 200)
  })

  app.openapi(routes.listFiles, async (context) => {
    const params = context.req.valid('param')
    const { limit, cursor } = context.req.valid('query')
    const repo = await accessRepo(table, readOf(context.get('principal'), params))
    const { repoId, id } = await revisionOf(table, repo, params.ref)
    const startKey = decodeCursor(cursor, { pk: keys.revisionFile(repoId, id, '').pk })
    const page = await listFiles(table, { repoId, revision: id, limit, startKey })
    const items = page.items.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }))
    return context.json({ items, cursor: encodeCursor(page.nextKey) }, 200)
  })
}

const readOf = (
  principal: HttpEnvironment['Variables']['principal'],
  { owner, name }: { owner: string; name: string },
) => ({ principal, access: 'read' as const, name: `${owner}/${name}` })

async function revisionOf(table: Table, repo: RepoItem, ref: string) {
  const revision = await resolveRef(table, repo.id, ref)
  if (revision === undefined) throw errors.revisionNotFound(fullName(repo), ref)
  return revision
}

const toRepo = (repo: Omit<RepoItem, 'version'>): Repo => {
  const { revision, task, library, license, visibility, sizeBytes, downloads, createdAt, updatedAt } = repo
  return {
    id: fullName(repo),
    revision,
    task,
    library,
    license,
    visibility,
    sizeBytes,
    downloads,
    createdAt,
    updatedAt,
  }
}
