import { randomUUID } from 'node:crypto'
import { revisionId } from '../../../shared/model/revision-id.ts'
import { createRef, type NewRef } from '../../../shared/repos/change-ref.ts'
import type { RefChange } from '../../../shared/repos/ref-change.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'
import { revisionWrites } from '../../../shared/table/revision-write.ts'

/** Creates a branch from an empty commit without a parent. */
export async function createEmptyBranch({
  table,
  repo,
  ref,
  now,
}: RefChange & { ref: Omit<NewRef, 'revision' | 'writes'> }): Promise<void> {
  const at = now.toISOString()
  const id = revisionId({ origin: JSON.stringify(['empty', repo.id, ref.name, randomUUID()]), files: [] })
  const sizes = { filesTotal: 0, sizeBytes: 0 }
  const made = { source: 'upload://', depth: 1, title: 'initial commit', createdAt: at, createdBy: ref.by }
  const revision: RevisionItem = { id, repoId: repo.id, ...sizes, ...made }
  const writes = revisionWrites({ revision, known: false })
  await createRef({ table, repo, ref: { ...ref, revision, writes }, now })
}
