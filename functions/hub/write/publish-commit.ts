import { setTimeout as pause } from 'node:timers/promises'
import { AppError, errors } from '../../../shared/errors.ts'
import type { KeyedMutex } from '../../../shared/keyed-mutex.ts'
import { type RevisionFile, revisionId } from '../../../shared/model/revision-id.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { allFiles, getRef, getRepo, getRevision, type RevisionItem } from '../../../shared/table/repos.ts'
import { writeRevisionFiles } from '../../../shared/table/revision-write.ts'
import { readSweepRound, roundStands } from '../../../shared/table/sweeps.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'
import type { HubParts } from '../parts.ts'
import { type AppliedChanges, applyOperations, type FileChange } from './apply-operations.ts'
import { type KeptContent, keepContent } from './keep-content.ts'
import { moveBranch } from './move-branch.ts'

interface CommitRequest {
  repo: RepoItem
  branch: string
  /** The commit that the branch must be at; without it, the changes apply to its current one. */
  parentCommit: string | undefined
  title: string
  message: string
  by: string
  /** Unique per request, so that two commits never share an id. */
  nonce: string
  /** Stores the content and returns the changes; called again if a collection may have removed it. */
  store: () => Promise<FileChange[]>
  /** Sequences concurrent commits to one branch of one repo. */
  mutex?: KeyedMutex | undefined
}

const triesMax = 30
const pauseMaxMs = 200

/**
 * Publishes a commit: writes its files first, then moves the branch in one transaction, if it is still at the commit's
 * parent. @returns the head, which stays where nothing changes
 */
export async function publishCommit(
  request: CommitRequest,
  { table, objects, now }: Pick<HubParts, 'table' | 'objects' | 'now'>,
): Promise<{ head: string; isNew: boolean }> {
  const { repo, branch, store, mutex = unlocked } = request
  // Checked before the content is stored, so that a stale commit fails early.
  requireParent(request, (await headOf(table, { repo, branch }))?.id)
  const kept = await keepContent({ repoId: repo.id, store }, { table, objects })
  return mutex(`${repo.id} ${branch}`, () => publishKept(request, kept, { table, objects, now }))
}

const unlocked: KeyedMutex = (_, work) => work()

async function publishKept(
  request: CommitRequest,
  content: KeptContent,
  { table, objects, now }: Pick<HubParts, 'table' | 'objects' | 'now'>,
): Promise<{ head: string; isNew: boolean }> {
  const { repo: asked, branch, store } = request
  let kept = content
  for (let tries = 1; ; tries++) {
    const repo = await getRepo(table, asked.id)
    if (repo === undefined || repo.deletedAt !== undefined) throw errors.repoNotFound(fullName(asked))
    const parent = await headOf(table, { repo, branch })
    requireParent(request, parent?.id)
    const before = parent === undefined ? [] : await Array.fromAsync(allFiles(table, repo.id, parent.id))
    const { round } = await readSweepRound(table, repo.id)
    if (kept.round.round !== round) kept = await keepContent({ repoId: repo.id, store }, { table, objects })
    const applied = applyOperations(before, kept.changes)
    if (parent !== undefined && !applied.changed) return { head: parent.id, isNew: false }

    const revision = newRevision({ request, applied, parent, at: now().toISOString() })
    await writeRevisionFiles(table, { repoId: repo.id, revision: revision.id, files: applied.files, now: now() })
    try {
      await moveBranch(table, { repo, branch, revision, others: [roundStands(kept.round)] })
      return { head: revision.id, isNew: true }
    } catch (error) {
      // A write without a verdict may still succeed, so its files stay; a sweep finds them by their mark.
      if (!(error instanceof ConditionFailed)) throw error
      // The failure may be of a retried write whose first answer was lost.
      if ((await getRevision(table, repo.id, revision.id)) !== undefined) return { head: revision.id, isNew: true }
      await discard(table, { revision, files: applied.files })
      if (tries === triesMax) throw errors.conflict(`Too many commits to "${branch}" at once. Send the commit again.`)
      await pause(Math.random() * pauseMaxMs)
    }
  }
}

async function headOf(table: Table, { repo, branch }: { repo: RepoItem; branch: string }) {
  const ref = await getRef(table, { repoId: repo.id, kind: 'branch', name: branch })
  // The first commit of a repo creates main; other branches are created from a commit.
  if (ref === undefined && (branch !== 'main' || repo.revision !== undefined))
    throw errors.revisionNotFound(fullName(repo), branch)
  return ref && getRevision(table, repo.id, ref.revision)
}

function requireParent({ parentCommit, branch }: CommitRequest, head: string | undefined) {
  if (parentCommit === undefined || (parentCommit.length >= 7 && head?.startsWith(parentCommit) === true)) return
  throw new AppError({
    code: 'commit_conflict',
    status: 412,
    message: `The branch "${branch}" is at ${head ?? 'no commit'}, not at ${parentCommit.slice(0, 128)}: somebody committed meanwhile. Look at what changed and send the commit again.`,
  })
}

function newRevision({ request, applied: { files }, parent, at }: NewRevision): RevisionItem {
  const { repo, title, message, by, nonce } = request
  const origin = JSON.stringify(['commit', parent?.id ?? null, title, message, by, nonce])
  return {
    id: revisionId({ origin, files }),
    repoId: repo.id,
    source: 'upload://',
    parent: parent?.id,
    depth: (parent?.depth ?? 0) + 1,
    title,
    ...(message !== '' && { message }),
    filesTotal: files.length,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    createdAt: at,
    createdBy: by,
  }
}

interface NewRevision {
  request: CommitRequest
  applied: AppliedChanges
  parent: RevisionItem | undefined
  at: string
}

/** Removes the files of a commit that failed. */
async function discard(table: Table, { revision, files }: { revision: RevisionItem; files: readonly RevisionFile[] }) {
  const { repoId, id } = revision
  await table.deleteMany(files.map(({ path }) => keys.revisionFile(repoId, id, path)))
  await table.delete(keys.pendingRevision(repoId, id))
}
