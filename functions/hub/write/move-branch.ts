import { keys } from '../../../shared/table/keys.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { repoWrites } from '../../../shared/table/repo-write.ts'
import { getRepo, type RevisionItem } from '../../../shared/table/repos.ts'
import { branchWrite, revisionWrites } from '../../../shared/table/revision-write.ts'
import { ConditionFailed, type Table, type TransactAction } from '../../../shared/table/table.ts'

const movesMax = 20

/**
 * Moves the branch, and retries where only its repo was changed by others: the commit stays valid as long as the branch
 * is where it was. @throws ConditionFailed
 */
export async function moveBranch(table: Table, { repo: asked, branch, revision, others }: Move): Promise<void> {
  let repo = asked
  for (let tries = 1; ; tries++) {
    try {
      return await table.transact([...publication({ repo, branch, revision }), ...others])
    } catch (error) {
      if (!(error instanceof ConditionFailed) || branch !== 'main' || tries === movesMax) throw error
      const isRepoAlone = error.failed.every((failed, at) => failed === (at === 0))
      const now = isRepoAlone ? await getRepo(table, repo.id) : undefined
      if (now === undefined || now.deletedAt !== undefined) throw error
      repo = now
    }
  }
}

interface Move {
  repo: RepoItem
  branch: string
  revision: RevisionItem
  others: readonly TransactAction[]
}

function publication({ repo, branch, revision }: { repo: RepoItem; branch: string; revision: RevisionItem }) {
  const { id, repoId, parent, createdAt: now, createdBy: by, sizeBytes } = revision
  const after = { ...repo, revision: id, sizeBytes, updatedAt: now }
  const stands: TransactAction = {
    check: keys.repo(repo.id),
    condition: { expression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)' },
  }
  return [
    ...(branch === 'main' ? repoWrites({ before: repo, after }) : [stands]),
    ...revisionWrites({ revision, known: false }),
    branchWrite({ repoId, name: branch, revision: id, from: parent ?? 'absent', now, by }),
  ]
}
