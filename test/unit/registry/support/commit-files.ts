import { createHash } from 'node:crypto'
import type { RevisionMetadata } from '../../../../shared/contract/repo.ts'
import { revisionId } from '../../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { changeRepo } from '../../../../shared/table/repo-write.ts'
import { findRepo, getRef, getRevision, type RevisionItem } from '../../../../shared/table/repos.ts'
import { branchWrite, revisionWrites, writeRevisionFiles } from '../../../../shared/table/revision-write.ts'
import type { Table } from '../../../../shared/table/table.ts'

/** Writes a commit like the hub: the head of a branch moves on from its parent. */
export async function commitFiles({
  table,
  objects,
  now,
  name,
  files,
  branch = 'main',
  metadata,
}: CommitFiles): Promise<string> {
  const repo = await findRepo(table, { name })
  if (repo === undefined) throw new Error(`there is no ${name}`)
  const ref = await getRef(table, { repoId: repo.id, kind: 'branch', name: branch })
  const parent = ref && (await getRevision(table, repo.id, ref.revision))
  const stored = []
  for (const [path, content] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(content).digest('hex')
    const body = Buffer.from(content)
    await objects.put({ key: objectKeys.blob(sha256), body, sizeBytes: body.length })
    stored.push({ path, sizeBytes: body.length, sha256 })
  }
  const depth = (parent?.depth ?? 0) + 1
  const revision: RevisionItem = {
    id: revisionId({ origin: `${parent?.id}${depth}${branch}`, files: stored }),
    repoId: repo.id,
    source: 'upload://',
    parent: parent?.id,
    depth,
    title: `commit ${depth}`,
    filesTotal: stored.length,
    sizeBytes: stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...(metadata && { metadata }),
    createdAt: now().toISOString(),
    createdBy: 'ada',
  }
  const made = { repoId: repo.id, revision: revision.id }
  await writeRevisionFiles(table, { ...made, files: stored, now: now() })
  await changeRepo(table, repo.id, (before) => ({
    repo: branch === 'main' ? { ...before, revision: revision.id, sizeBytes: revision.sizeBytes } : before,
    writes: [
      ...revisionWrites({ revision, known: false }),
      branchWrite({ ...made, name: branch, now: now().toISOString(), by: 'ada' }),
    ],
  }))
  return revision.id
}

export interface Commit {
  branch?: string
  metadata?: RevisionMetadata
}

interface CommitFiles extends Commit {
  table: Table
  objects: ObjectStore
  now: () => Date
  name: string
  files: Record<string, string>
}
