import { accessRepo } from '../../shared/auth/access-repo.ts'
import { manifestFilesMax } from '../../shared/contract/revision.ts'
import { routes } from '../../shared/contract/routes.ts'
import { AppError, errors } from '../../shared/errors.ts'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { noRevision } from '../../shared/repos/ref-errors.ts'
import { decodePosition, encodePosition } from '../../shared/table/cursor.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { allFiles, getFile, getRevision, listFiles, type RevisionItem, resolveRef } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { type AskedRepo, asked } from './asked-repo.ts'
import { diffFiles } from './diff-files.ts'
import { metadataDiff } from './metadata-diff.ts'
import type { RegistryApp, RepoParts } from './repo-parts.ts'
import { toRevision, toRevisionSummary } from './revision-answer.ts'

/** Reading the content and history of a repo. */
export function addRevisionRoutes(app: RegistryApp, { table }: RepoParts) {
  const readable = (request: AskedRepo) => accessRepo(table, { ...request, access: 'read' })

  app.openapi(routes.listRevisions, async (context) => {
    const { ref, limit, cursor } = context.req.valid('query')
    const repo = await readable(asked(context))
    const list = `revisions ${repo.id}`
    const start = decodePosition(cursor, list)
    const first = start === undefined ? await headOf(table, repo, ref) : await getRevision(table, repo.id, start)
    const { items, next } = await readLog(table, { first, limit })
    const position = next === undefined ? undefined : encodePosition(next, list)
    return context.json({ items: items.map((item) => toRevisionSummary(repo, item)), cursor: position }, 200)
  })

  app.openapi(routes.getRevision, async (context) => {
    const repo = await readable(asked(context))
    return context.json(toRevision(repo, await revisionOf(table, repo, context.req.valid('param').ref)), 200)
  })

  app.openapi(routes.getManifest, async (context) => {
    const repo = await readable(asked(context))
    const revision = await revisionOf(table, repo, context.req.valid('param').ref)
    const { id, source, sourceRevision, parent, title, filesTotal, createdAt, createdBy } = revision
    if (filesTotal > manifestFilesMax) throw tooManyFiles(repo, revision)
    const found = await Array.fromAsync(allFiles(table, repo.id, id))
    const files = found.map(({ gitSha1, ...file }) => ({ ...toFile(file), ...(gitSha1 && { gitSha1 }) }))
    const about = { id, repo: fullName(repo), source, sourceRevision, parent, title, createdAt, createdBy }
    return context.json({ ...about, files }, 200)
  })

  app.openapi(routes.listFiles, async (context) => {
    const { prefix = '', limit, cursor } = context.req.valid('query')
    const repo = await readable(asked(context))
    const { id } = await revisionOf(table, repo, context.req.valid('param').ref)
    const list = `files ${repo.id} ${id} ${prefix}`
    const after = decodePosition(cursor, list)
    // A forged cursor may point outside of this list.
    const within = after?.startsWith(prefix) === true ? after : undefined
    const page = await listFiles(table, {
      repoId: repo.id,
      revision: id,
      prefix,
      after: within,
      limit,
      consistent: true,
    })
    const last = page.items.at(-1)
    const position = page.nextKey === undefined || last === undefined ? undefined : encodePosition(last.path, list)
    return context.json({ items: page.items.map(toFile), cursor: position }, 200)
  })

  app.openapi(routes.getFile, async (context) => {
    const { ref, path } = context.req.valid('param')
    const repo = await readable(asked(context))
    const { id } = await revisionOf(table, repo, ref)
    const file = await getFile(table, repo.id, id, path)
    if (file === undefined) throw fileNotFound(repo, ref, path)
    return context.json(toFile(file), 200)
  })

  app.openapi(routes.diffRevisions, async (context) => {
    const query = context.req.valid('query')
    const repo = await readable(asked(context))
    const [from, to] = await Promise.all([query.from, query.to].map((ref) => revisionOf(table, repo, ref)))
    if (from === undefined || to === undefined) throw errors.revisionNotFound(fullName(repo), query.from)
    const list = `diff ${from.id} ${to.id}`
    const after = decodePosition(query.cursor, list)
    const { changes, next } = await diffFiles(table, {
      repoId: repo.id,
      from: from.id,
      to: to.id,
      after,
      limit: query.limit,
    })
    // Uninspected revisions have no metadata to compare.
    const areKnown = from.metadata !== undefined && to.metadata !== undefined
    return context.json(
      {
        from: toRevisionSummary(repo, from),
        to: toRevisionSummary(repo, to),
        metadata: areKnown ? metadataDiff(from.metadata, to.metadata) : [],
        items: changes,
        cursor: next === undefined ? undefined : encodePosition(next, list),
      },
      200,
    )
  })
}

/** The revision of a ref. @throws AppError `revision_not_found`, `repo_empty` */
export async function revisionOf(table: Table, repo: RepoItem, ref: string): Promise<RevisionItem> {
  const revision = await resolveRef(table, repo.id, ref)
  if (revision === undefined) throw noRevision(repo, ref)
  return revision
}

/** An empty repo has a main without a history. */
const headOf = async (table: Table, repo: RepoItem, ref: string) =>
  ref === 'main' && repo.revision === undefined ? undefined : revisionOf(table, repo, ref)

/** From a revision back through its parents. */
async function readLog(table: Table, { first, limit }: { first: RevisionItem | undefined; limit: number }) {
  const items: RevisionItem[] = []
  for (let revision = first; revision !== undefined; ) {
    if (items.length === limit) return { items, next: revision.id }
    items.push(revision)
    const { repoId, parent } = revision
    revision = parent === undefined ? undefined : await getRevision(table, repoId, parent)
  }
  return { items, next: undefined }
}

const toFile = ({ path, sizeBytes, sha256 }: RevisionFile) => ({ path, sizeBytes, sha256 })

const tooManyFiles = (repo: RepoItem, { id, filesTotal }: RevisionItem) =>
  new AppError({
    code: 'too_large',
    status: 422,
    message: `The manifest of "${fullName(repo)}" at ${id} has ${filesTotal} files, more than the ${manifestFilesMax} that fit into one answer. List them in pages: GET …/revisions/${id}/files`,
  })

const fileNotFound = (repo: RepoItem, ref: string, path: string) =>
  new AppError({
    code: 'file_not_found',
    status: 404,
    message: `"${fullName(repo)}" has no file "${path.slice(0, 200)}" at "${ref}".`,
  })
