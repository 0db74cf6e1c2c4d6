import { errors } from '../errors.ts'
import { keys } from '../table/keys.ts'
import { fullName, type RepoItem } from '../table/repo-item.ts'
import { changeRepo } from '../table/repo-write.ts'
import { keyOfRef, type RefItem, type RevisionItem } from '../table/repos.ts'
import { ConditionFailed, present, type Table, type TransactAction } from '../table/table.ts'
import { refErrors } from './ref-errors.ts'
import { refInTheWay } from './ref-in-the-way.ts'

export interface RefChange {
  table: Table
  repo: RepoItem
  now: Date
}

/**
 * Changes a repo that exists and is not deleted. @throws AppError `repo_not_found`, `conflict` under too much
 * contention
 */
export async function changeStanding(
  table: Table,
  { id, ...repo }: RepoItem,
  change: Parameters<typeof changeRepo>[2],
): Promise<RepoItem> {
  try {
    const changed = await changeRepo(table, id, (before) => {
      if (before.deletedAt !== undefined) throw errors.repoNotFound(fullName(repo))
      return change(before)
    })
    if (changed === undefined) throw errors.repoNotFound(fullName(repo))
    return changed
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    throw errors.conflict(`"${fullName(repo)}" was changed by others at the same time. Send the request again.`)
  }
}

/** @throws AppError `ref_exists`, `ref_conflict` */
export async function refuseAmbiguous(
  table: Table,
  { repo, kind, name }: { repo: RepoItem; kind: RefItem['kind']; name: string },
): Promise<void> {
  const other = await refInTheWay(table, { repoId: repo.id, name })
  if (other === undefined) return
  const isSame = other.kind === kind && other.name === name
  throw isSame ? refErrors.exists(fullName(repo), other) : refErrors.inTheWay(fullName(repo), name, other)
}

export const putRef = ({ id: repoId }: RepoItem, ref: RefItem): TransactAction => ({
  put: { ...keyOfRef({ repoId, kind: ref.kind, name: ref.name }), ...ref },
})

export const revisionStands = ({ repoId, id }: RevisionItem): TransactAction => ({
  check: keys.revision(repoId, id),
  condition: present,
})

/** Strips the key that an item read from the table carries. */
export const withoutKey = (ref: RefItem): RefItem => {
  const { pk: _, sk: __, ...bare } = ref as RefItem & { pk?: string; sk?: string }
  return bare
}
