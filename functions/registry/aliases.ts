import type { Context } from 'hono'
import { accessRepo, asResource } from '../../shared/auth/access-repo.ts'
import { mayAccess } from '../../shared/auth/authorize.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import { routes } from '../../shared/contract/routes.ts'
import { errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { logOf } from '../../shared/http/request-log.ts'
import { followAliases } from '../../shared/repos/follow-aliases.ts'
import { deviceOfPools } from '../../shared/repos/pool-devices.ts'
import { refErrors } from '../../shared/repos/ref-errors.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { getRef } from '../../shared/table/repos.ts'
import { type AskedRepo, asked } from './asked-repo.ts'
import { type AliasMove, createAlias, deleteAlias, listMoves, moveAlias } from './change-alias.ts'
import { ifMatch } from './if-match.ts'
import { refsPage } from './refs.ts'
import { toAlias } from './repo-answer.ts'
import { announce, manifestMessage, type RegistryApp, type RepoParts } from './repo-parts.ts'
import { revisionOf } from './revisions.ts'

/** Aliases: movable names for serving, with a history of moves. */
export function addAliasRoutes(app: RegistryApp, parts: RepoParts) {
  const { table, now } = parts
  const deviceOf = deviceOfPools(parts)
  const readable = (request: AskedRepo) => accessRepo(table, { ...request, access: 'read' })

  /** The writer, and whether they are an admin. */
  async function writing(context: Context<HttpEnvironment>) {
    const repo = await accessRepo(table, { ...asked(context), access: 'write' })
    const principal = principalOf(context)
    const isAdmin = mayAccess(principal, 'admin', asResource(repo))
    const expected = versionOf(ifMatch(context.req.header('if-match')))
    return { table, repo, by: principal.username, isAdmin, now: now(), ...(expected !== undefined && { expected }) }
  }

  /**
   * Moves deployments along with their alias. A failure is only logged, because the alias has moved and the queue
   * repeats this.
   */
  const follow = (context: Context<HttpEnvironment>, repo: RepoItem) =>
    followAliases(table, { repoId: repo.id, deviceOf }).catch((error) =>
      logOf(context).error({ err: error }, 'an alias was moved, and its deployments were not'),
    )

  app.openapi(routes.listAliases, async (context) => {
    const { items, cursor } = await refsPage(table, await readable(asked(context)), 'alias', context.req.valid('query'))
    return context.json({ items: items.map(toAlias), cursor }, 200)
  })

  app.openapi(routes.createAlias, async (context) => {
    const { name, revision: ref, isProtected } = context.req.valid('json')
    const writer = await writing(context)
    const revision = await revisionOf(table, writer.repo, ref)
    const alias = toAlias(await createAlias({ ...writer, name, revision, isProtected }))
    await follow(context, writer.repo)
    await announce(context, parts, manifestMessage(writer.repo.id))
    context.header('etag', tagOf(alias))
    return context.json(alias, 201)
  })

  app.openapi(routes.getAlias, async (context) => {
    const { alias: name } = context.req.valid('param')
    const repo = await readable(asked(context))
    const alias = toAlias(await aliasOf(repo, name))
    context.header('etag', tagOf(alias))
    return context.json(alias, 200)
  })

  app.openapi(routes.moveAlias, async (context) => {
    const { alias: name } = context.req.valid('param')
    const { revision: ref, isProtected } = context.req.valid('json')
    const writer = await writing(context)
    const revision = ref === undefined ? undefined : await revisionOf(table, writer.repo, ref)
    const wanted = { ...(revision && { revision }), ...(isProtected !== undefined && { isProtected }) }
    const alias = toAlias(await moveAlias({ ...writer, name, ...wanted }))
    await follow(context, writer.repo)
    await announce(context, parts, manifestMessage(writer.repo.id))
    context.header('etag', tagOf(alias))
    return context.json(alias, 200)
  })

  app.openapi(routes.deleteAlias, async (context) => {
    const { alias: name } = context.req.valid('param')
    const writer = await writing(context)
    await deleteAlias({ ...writer, name })
    await follow(context, writer.repo)
    await announce(context, parts, manifestMessage(writer.repo.id))
    return context.body(null, 204)
  })

  app.openapi(routes.listAliasMoves, async (context) => {
    const { alias: name } = context.req.valid('param')
    const { limit, cursor } = context.req.valid('query')
    const repo = await readable(asked(context))
    const list = `moves ${repo.id} ${name}`
    const before = Number(decodePosition(cursor, list) ?? Number.NaN)
    const page = await listMoves(table, { repo, name, limit, ...(Number.isSafeInteger(before) && { before }) })
    // An alias that never existed has no history; a deleted one has.
    if (page.items.length === 0 && cursor === undefined) await aliasOf(repo, name)
    const last = page.items.at(-1)
    const isLast = page.nextKey === undefined || last === undefined
    const position = isLast ? undefined : encodePosition(String(last.version), list)
    return context.json({ items: page.items.map(toMove), cursor: position }, 200)
  })

  async function aliasOf(repo: RepoItem, name: string) {
    const found = await getRef(table, { repoId: repo.id, kind: 'alias', name })
    if (found === undefined) throw refErrors.notFound(fullName(repo), 'alias', name)
    return found
  }
}

const tagOf = ({ version }: { version: number }): string => `"${version}"`

function versionOf(tag: string | undefined): number | undefined {
  if (tag === undefined) return undefined
  if (/^\d{1,8}$/.test(tag)) return Number(tag)
  throw errors.invalidRequest('"If-Match" names a version of the alias, as its ETag does: "3".', 'If-Match')
}

const toMove = ({ version, action, from, to, at, by }: AliasMove) => ({ version, action, from, to, at, by })
