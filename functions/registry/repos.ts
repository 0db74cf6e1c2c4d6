import type { OpenAPIHono } from '@hono/zod-openapi'
import { requireScope } from '../../shared/auth/middleware.ts'
import type { Repo } from '../../shared/contract/repo.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { parseRepoId } from '../../shared/model/repo-id.ts'
import { decodeCursor, encodeCursor } from '../../shared/table/cursor.ts'
import { keys, lists } from '../../shared/table/keys.ts'
import { getRepo, listFiles, listRefs, listRepos, type RepoItem, resolveRef } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'

export function addRepoRoutes(app: OpenAPIHono<HttpEnvironment>, { table }: { table: Table }) {
  app.use('/api/v1/repos/*', requireScope('read'))

  app.openapi(routes.listRepos, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const page = await listRepos(table, { limit, startKey: decodeCursor(cursor, { listPk: lists.repos }) })
    return context.json({ items: page.items.map(toRepo), cursor: encodeCursor(page.nextKey) }, 200)
  })

  app.openapi(routes.getRepo, async (context) => {
    const id = repoOf(context.req.valid('param'))
    const item = await getRepo(table, id)
    if (item === undefined) throw errors.repoNotFound(id)
    const refs = await Array.fromAsync(listRefs(table, id))
    const named = (kind: 'branch' | 'tag') =>
      refs.filter((ref) => ref.kind === kind).map(({ name, revision }) => ({ name, revision }))
    const metadata = (await resolveRef(table, id, item.revision))?.metadata
    return context.json({ ...toRepo(item), branches: named('branch'), tags: named('tag'), metadata }, 200)
  })

  app.openapi(routes.getRevision, async (context) => {
    const params = context.req.valid('param')
    const { id, repo, source, sourceRevision, filesTotal, sizeBytes, metadata, createdAt, createdBy } =
      await revisionOf(table, repoOf(params), params.ref)
    return context.json(
      { id, repo, source, sourceRevision, filesTotal, sizeBytes, metadata, createdAt, createdBy },
      200,
    )
  })

  app.openapi(routes.listFiles, async (context) => {
    const params = context.req.valid('param')
    const { limit, cursor } = context.req.valid('query')
    const { repo, id } = await revisionOf(table, repoOf(params), params.ref)
    const startKey = decodeCursor(cursor, { pk: keys.revisionFile(repo, id, '').pk })
    const page = await listFiles(table, { repo, revision: id, limit, startKey })
    const items = page.items.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 }))
    return context.json({ items, cursor: encodeCursor(page.nextKey) }, 200)
  })
}

const repoOf = ({ owner, name }: { owner: string; name: string }): string => parseRepoId(`${owner}/${name}`)

async function revisionOf(table: Table, repo: string, ref: string) {
  const revision = await resolveRef(table, repo, ref)
  if (revision !== undefined) return revision
  if ((await getRepo(table, repo)) === undefined) throw errors.repoNotFound(repo)
  throw errors.revisionNotFound(repo, ref)
}

const toRepo = ({ id, revision, task, library, license, sizeBytes, createdAt, updatedAt }: RepoItem): Repo => ({
  id,
  revision,
  sizeBytes,
  createdAt,
  updatedAt,
  ...(task != null && { task }),
  ...(library != null && { library }),
  ...(license != null && { license }),
})
