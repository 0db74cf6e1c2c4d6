import type { Context } from 'hono'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import { routes } from '../../shared/contract/routes.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'
import { pageOfRefs, type RefItem, type RefKind } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { asked } from './asked-repo.ts'
import { makeVersion, readVersions } from './make-version.ts'
import { toBranch, toTag } from './repo-answer.ts'
import { announce, manifestMessage, type RegistryApp, type RepoParts } from './repo-parts.ts'
import { revisionOf } from './revisions.ts'
import { createNamed, deleteNamed, moveNamed, writableRepo } from './write-refs.ts'

/** Branches, tags and versions, which are numbered tags. */
export function addRefRoutes(app: RegistryApp, parts: RepoParts) {
  const { table, now } = parts
  const readable = (context: Context<HttpEnvironment>) => accessRepo(table, { ...asked(context), access: 'read' })

  app.openapi(routes.listBranches, async (context) => {
    const page = await refsPage(table, await readable(context), 'branch', context.req.valid('query'))
    return context.json({ ...page, items: page.items.map(toBranch) }, 200)
  })

  app.openapi(routes.createBranch, async (context) => {
    const branch = await createNamed(context, parts, { kind: 'branch', ...context.req.valid('json') })
    return context.json(toBranch(branch), 201)
  })

  app.openapi(routes.moveBranch, async (context) => {
    const { branch: name } = context.req.valid('param')
    const branch = await moveNamed(context, parts, { kind: 'branch', name, ...context.req.valid('json') })
    return context.json(toBranch(branch), 200)
  })

  app.openapi(routes.deleteBranch, async (context) => {
    const { branch: name } = context.req.valid('param')
    const { expected } = context.req.valid('query')
    await deleteNamed(context, parts, { kind: 'branch', name, expected })
    return context.body(null, 204)
  })

  app.openapi(routes.listTags, async (context) => {
    const page = await refsPage(table, await readable(context), 'tag', context.req.valid('query'))
    return context.json({ ...page, items: page.items.map(toTag) }, 200)
  })

  app.openapi(routes.createTag, async (context) => {
    const tag = await createNamed(context, parts, { kind: 'tag', ...context.req.valid('json') })
    return context.json(toTag(tag), 201)
  })

  app.openapi(routes.moveTag, async (context) => {
    const { tag: name } = context.req.valid('param')
    const tag = await moveNamed(context, parts, { kind: 'tag', name, ...context.req.valid('json') })
    return context.json(toTag(tag), 200)
  })

  app.openapi(routes.deleteTag, async (context) => {
    const { tag: name } = context.req.valid('param')
    const { expected } = context.req.valid('query')
    await deleteNamed(context, parts, { kind: 'tag', name, expected })
    return context.body(null, 204)
  })

  app.openapi(routes.listVersions, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const { id: repoId } = await readable(context)
    const list = `versions ${repoId}`
    const before = Number(decodePosition(cursor, list) ?? Number.NaN)
    const page = await readVersions(table, { repoId, limit, ...(Number.isSafeInteger(before) && { before }) })
    const position = page.next === undefined ? undefined : encodePosition(String(page.next), list)
    return context.json({ items: page.items.map(toTag), cursor: position }, 200)
  })

  app.openapi(routes.createVersion, async (context) => {
    const { name, revision: ref, message } = context.req.valid('json')
    const repo = await writableRepo(context, parts)
    const revision = await revisionOf(table, repo, ref)
    const version = { name, revision, message, by: principalOf(context).username }
    const tag = await makeVersion({ table, repo, version, now: now() })
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toTag(tag), 201)
  })
}

/** A page of refs of one kind, by name. */
export async function refsPage(
  table: Table,
  { id: repoId }: RepoItem,
  kind: RefKind,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: RefItem[]; cursor: string | undefined }> {
  const list = `${kind} ${repoId}`
  const page = await pageOfRefs(table, { repoId, kind, after: decodePosition(cursor, list), limit })
  const last = page.items.at(-1)
  const isLast = page.nextKey === undefined || last === undefined
  return { items: page.items, cursor: isLast ? undefined : encodePosition(last.name, list) }
}
