import type { Context } from 'hono'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import { principalOf } from '../../shared/auth/middleware.ts'
import { routes } from '../../shared/contract/routes.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { isMirror } from '../../shared/mirror/mirrored-repo.ts'
import { createRef, deleteRef, moveRef } from '../../shared/repos/change-ref.ts'
import { repoErrors } from '../../shared/repos/repo-errors.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { pageOfRefs, type RefItem, type RefKind, type RevisionItem } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { type AskedRepo, asked } from './asked-repo.ts'
import { ifMatch } from './if-match.ts'
import { makeVersion, readVersions } from './make-version.ts'
import { toBranch, toTag } from './repo-answer.ts'
import { announce, manifestMessage, type RegistryApp, type RepoParts } from './repo-parts.ts'
import { revisionOf } from './revisions.ts'

/** Branches, tags and versions, which are numbered tags. */
export function addRefRoutes(app: RegistryApp, parts: RepoParts) {
  const { table, now } = parts
  /** A mirror's branches and tags are the upstream Hub's; its aliases are local. */
  const writable = async (request: AskedRepo) => {
    const repo = await accessRepo(table, { ...request, access: 'write' })
    if (isMirror(repo)) throw repoErrors.mirrorNotWritten(fullName(repo), repo.mirror ?? '')
    return repo
  }
  const readable = (request: AskedRepo) => accessRepo(table, { ...request, access: 'read' })
  const by = (context: Context<HttpEnvironment>) => principalOf(context).username

  app.openapi(routes.listBranches, async (context) => {
    const { items, cursor } = await refsPage(
      table,
      await readable(asked(context)),
      'branch',
      context.req.valid('query'),
    )
    return context.json({ items: items.map(toBranch), cursor }, 200)
  })

  app.openapi(routes.createBranch, async (context) => {
    const { name, revision: ref } = context.req.valid('json')
    const repo = await writable(asked(context))
    const revision = await revisionOf(table, repo, ref)
    const wanted = { kind: 'branch' as const, name, revision, by: by(context) }
    const branch = await createRef({ table, repo, ref: wanted, now: now() })
    await announceRef(context, parts, { repo, ref: branch, revision })
    return context.json(toBranch(branch), 201)
  })

  app.openapi(routes.moveBranch, async (context) => {
    const { branch: name } = context.req.valid('param')
    const { revision: ref, expected = ifMatch(context.req.header('if-match')) } = context.req.valid('json')
    const repo = await writable(asked(context))
    const revision = await revisionOf(table, repo, ref)
    const wanted = { kind: 'branch' as const, name, revision, expected, by: by(context) }
    const branch = await moveRef({ table, repo, ref: wanted, now: now() })
    await announceRef(context, parts, { repo, ref: branch, revision })
    return context.json(toBranch(branch), 200)
  })

  app.openapi(routes.deleteBranch, async (context) => {
    const { branch: name } = context.req.valid('param')
    const { expected = ifMatch(context.req.header('if-match')) } = context.req.valid('query')
    const repo = await writable(asked(context))
    await deleteRef({ table, repo, ref: { kind: 'branch', name, expected } })
    await announce(context, parts, manifestMessage(repo.id))
    return context.body(null, 204)
  })

  app.openapi(routes.listTags, async (context) => {
    const { items, cursor } = await refsPage(table, await readable(asked(context)), 'tag', context.req.valid('query'))
    return context.json({ items: items.map(toTag), cursor }, 200)
  })

  app.openapi(routes.createTag, async (context) => {
    const { name, revision: ref, message } = context.req.valid('json')
    const repo = await writable(asked(context))
    const revision = await revisionOf(table, repo, ref)
    const wanted = { kind: 'tag' as const, name, revision, message, by: by(context) }
    const tag = await createRef({ table, repo, ref: wanted, now: now() })
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toTag(tag), 201)
  })

  app.openapi(routes.moveTag, async (context) => {
    const { tag: name } = context.req.valid('param')
    const { revision: ref, expected = ifMatch(context.req.header('if-match')) } = context.req.valid('json')
    const repo = await writable(asked(context))
    const revision = await revisionOf(table, repo, ref)
    const wanted = { kind: 'tag' as const, name, revision, expected, by: by(context) }
    const tag = await moveRef({ table, repo, ref: wanted, now: now() })
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toTag(tag), 200)
  })

  app.openapi(routes.deleteTag, async (context) => {
    const { tag: name } = context.req.valid('param')
    const { expected = ifMatch(context.req.header('if-match')) } = context.req.valid('query')
    const repo = await writable(asked(context))
    await deleteRef({ table, repo, ref: { kind: 'tag', name, expected } })
    await announce(context, parts, manifestMessage(repo.id))
    return context.body(null, 204)
  })

  app.openapi(routes.listVersions, async (context) => {
    const { limit, cursor } = context.req.valid('query')
    const { id: repoId } = await readable(asked(context))
    const list = `versions ${repoId}`
    const before = Number(decodePosition(cursor, list) ?? Number.NaN)
    const page = await readVersions(table, { repoId, limit, ...(Number.isSafeInteger(before) && { before }) })
    const position = page.next === undefined ? undefined : encodePosition(String(page.next), list)
    return context.json({ items: page.items.map(toTag), cursor: position }, 200)
  })

  app.openapi(routes.createVersion, async (context) => {
    const { name, revision: ref, message } = context.req.valid('json')
    const repo = await writable(asked(context))
    const revision = await revisionOf(table, repo, ref)
    const tag = await makeVersion({ table, repo, version: { name, revision, message, by: by(context) }, now: now() })
    await announce(context, parts, manifestMessage(repo.id))
    return context.json(toTag(tag), 201)
  })
}

/** A revision that enters main uninspected updates its repo once it is inspected. */
async function announceRef(
  context: Context<HttpEnvironment>,
  parts: RepoParts,
  { repo, ref, revision }: { repo: RepoItem; ref: RefItem; revision: RevisionItem },
) {
  const isUnknown = ref.name === 'main' && revision.metadata === undefined
  const inspect = { step: 'inspect-revision' as const, repoId: repo.id, revision: revision.id, attempt: 1 }
  await announce(context, parts, ...(isUnknown ? [inspect] : []), manifestMessage(repo.id))
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
