import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { newRepo, type RepoItem } from '../../shared/table/repo-item.ts'
import { repoCreation } from '../../shared/table/repo-write.ts'
import { keyOfRef, type RefItem, type RevisionItem } from '../../shared/table/repos.ts'
import { branchWrite, revisionWrites, writeRevisionFiles } from '../../shared/table/revision-write.ts'
import type { Table } from '../../shared/table/table.ts'

export interface SeededRevision {
  id: string
  createdAt?: string
  parent?: string
  depth?: number
  files?: RevisionFile[]
  metadata?: RevisionItem['metadata']
}

export interface SeedRepo {
  fullName: string
  kind?: RepoItem['kind']
  visibility?: RepoItem['visibility']
  /** The last one is what main names. */
  revisions?: SeededRevision[]
  branches?: Record<string, string>
  tags?: Record<string, string>
}

const at = '2026-01-01T00:00:00.000Z'

/** Puts a repo with revisions into a table, by the writes that the product itself makes. */
export async function seedRepo(table: Table, seed: SeedRepo): Promise<RepoItem> {
  const { fullName, kind, visibility, revisions = [], branches = {}, tags = {} } = seed
  const made = newRepo({ fullName, visibility, createdBy: 'u', now: new Date(at), ...(kind && { kind }) })
  const head = revisions.at(-1)
  const sizeBytes = sizeOf(head?.files)
  const repo = { ...made, sizeBytes, ...(head && { revision: head.id, task: head.metadata?.task }) }
  for (const { id: revision, files = [] } of revisions)
    await writeRevisionFiles(table, { repoId: repo.id, revision, files, now: new Date(at) })
  const branchesToWrite = { ...(head && { main: head.id }), ...branches }
  await table.transact([
    ...repoCreation(repo, { reposMax: 1_000_000 }),
    ...revisions.flatMap((revision) => revisionWrites({ revision: itemOf(revision, repo.id), known: false })),
    ...Object.entries(branchesToWrite).map(([name, revision]) =>
      branchWrite({ repoId: repo.id, name, revision, now: at, by: 'u' }),
    ),
    ...Object.entries(tags).map(([name, revision]) => {
      const tag: RefItem = { kind: 'tag', name, revision, updatedAt: at }
      return { put: { ...keyOfRef({ repoId: repo.id, kind: 'tag', name }), ...tag } }
    }),
  ])
  return repo
}

function itemOf({ id, createdAt = at, parent, depth = 1, files = [], metadata }: SeededRevision, repoId: string) {
  const item: RevisionItem = {
    ...{ id, repoId, source: 'hf://x/y@main', depth, title: 'A revision', createdAt, createdBy: 'u' },
    filesTotal: files.length,
    sizeBytes: sizeOf(files),
    ...(parent !== undefined && { parent }),
    ...(metadata && { metadata }),
  }
  return item
}

const sizeOf = (files: readonly RevisionFile[] = []) => files.reduce((sum, file) => sum + file.sizeBytes, 0)
