import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { keys, type RepoKind } from '../../shared/table/keys.ts'
import { fullName, newRepo, type RepoItem } from '../../shared/table/repo-item.ts'
import { repoWrites } from '../../shared/table/repo-write.ts'
import { branchWrite } from '../../shared/table/revision-write.ts'
import type { Table } from '../../shared/table/table.ts'

interface PutRepo {
  name: string
  kind?: RepoKind
  visibility?: RepoItem['visibility']
  /** By id, oldest first, each the child of the one before. Main is the last. */
  revisions?: Record<string, readonly RevisionFile[]>
  branches?: Record<string, string>
  tags?: Record<string, string>
}

/** Writes a repo with its revisions into the table, for tests of who may read it. */
export async function putRepo(
  table: Table,
  { name, kind = 'model', visibility, ...content }: PutRepo,
): Promise<RepoItem> {
  const { revisions = {}, branches = {}, tags = {} } = content
  const now = new Date('2026-01-01T00:00:00.000Z')
  const empty = newRepo({ kind, fullName: name, createdBy: 'u', now, visibility })
  const ids = Object.keys(revisions)
  const revision = ids.at(-1)
  const repo = { ...empty, ...(revision !== undefined && { revision, sizeBytes: 5 }) }
  const at = now.toISOString()
  const { id: repoId } = repo
  await table.transact([
    ...repoWrites({ before: undefined, after: repo }),
    { put: { ...keys.repoName(kind, fullName(repo)), repoId } },
  ])
  for (const [index, [id, files]] of Object.entries(revisions).entries()) {
    const made = { source: 'hf://x/y@main', depth: index + 1, title: id, createdAt: at, createdBy: 'u' }
    const sizes = { filesTotal: files.length, sizeBytes: 5 }
    await table.put({ ...keys.revision(repoId, id), id, repoId, parent: ids[index - 1], ...made, ...sizes })
    await table.putMany(files.map((file) => ({ ...file, ...keys.revisionFile(repoId, id, file.path) })))
  }
  const heads = { ...(revision !== undefined && { main: revision }), ...branches }
  for (const [branch, id] of Object.entries(heads))
    await table.transact([branchWrite({ repoId, name: branch, revision: id, now: at, by: 'u' })])
  for (const [tag, id] of Object.entries(tags))
    await table.put({ ...keys.tag(repoId, tag), kind: 'tag', name: tag, revision: id, updatedAt: at })
  return repo
}
