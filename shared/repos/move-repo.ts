import { requireAccess } from '../auth/authorize.ts'
import { ensureOwner, requireOwner } from '../auth/ensure-owner.ts'
import type { Principal } from '../auth/principal.ts'
import { errors } from '../errors.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import { holdBlobs } from '../table/held-blobs.ts'
import { keys } from '../table/keys.ts'
import { ownerStands } from '../table/owners.ts'
import { quotaExceeded } from '../table/quotas.ts'
import { fullName, namesBehind, type RepoItem, splitName } from '../table/repo-item.ts'
import { changeRepo } from '../table/repo-write.ts'
import { allFiles, allRevisions, findRepo } from '../table/repos.ts'
import { readSweepRound, roundStands } from '../table/sweeps.ts'
import { ConditionFailed, type Table, type TransactAction } from '../table/table.ts'
import { countUse } from '../table/usage.ts'
import { repoErrors } from './repo-errors.ts'

interface MoveRepo {
  table: Table
  /** Already checked to administer the repo. */
  principal: Principal | undefined
  repo: RepoItem
  /** `owner/name`, validated. */
  to: string
  reposMax: number
  storedBytesMax: number
  now: Date
}

/** Across all revisions; more cannot be read within one request. */
const filesMax = 50_000

/**
 * Renames a repo or gives it to another owner. The old name redirects until somebody takes it. Its blobs stay counted
 * for the old owner until the next collection, which knows what the owner's other repos need.
 * @throws AppError `repo_exists`, `quota_exceeded`, `forbidden`, and the errors of `ensureOwner`
 */
export async function moveRepo(request: MoveRepo): Promise<RepoItem> {
  const { table, principal, repo, to, reposMax, now } = request
  requireTarget(request)
  const owner = await ensureOwner({ table, principal, owner: splitName(to).owner, now })
  const after = { owner: owner.name, name: splitName(to).name, updatedAt: now.toISOString() }
  await refuseTaken(request)
  const isOthers = owner.name.toLowerCase() !== repo.owner.toLowerCase()
  const round = await readSweepRound(table, repo.id)
  if (isOthers) await holdAll(request, owner.name)
  try {
    const moved = await changeRepo(table, repo.id, (before) => {
      refuseOther(repo, before)
      const isRenamed = fullName({ ...before, ...after }) !== fullName(before)
      const next = { ...before, ...after, ...(isRenamed && { formerNames: namesBehind(before) }) }
      return {
        repo: next,
        writes: [
          ...renamed(before, next, now),
          ...(isOthers ? [roundStands(round), ...counts(before, next, reposMax)] : []),
        ],
      }
    })
    return moved ?? repo
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    await refuseTaken(request)
    await requireOwner(table, owner.name)
    // A collection may have released the blobs that were just held.
    if ((await readSweepRound(table, repo.id)).round !== round.round) return moveRepo(request)
    // The new owner's quota is the last of the writes.
    if (isOthers && error.failed.at(-1) === true)
      throw await quotaExceeded(table, { owner: owner.name, what: 'repos', by: 1, max: reposMax })
    throw repoErrors.nameTaken(to)
  }
}

/** Giving a repo to another owner takes admin rights on both. */
function requireTarget({ principal, repo, to }: MoveRepo) {
  const { owner } = splitName(to)
  if (owner.toLowerCase() === repo.owner.toLowerCase()) return
  requireAccess({ principal, access: 'admin', resource: { owner }, hidden: () => errors.ownerNotFound(owner) })
}

/** Fails where the repo was renamed or deleted meanwhile, since the checks were made for the old name. */
function refuseOther(asked: RepoItem, now: RepoItem) {
  if (now.deletedAt !== undefined) throw errors.repoNotFound(fullName(asked))
  if (fullName(now) !== fullName(asked))
    throw errors.conflict(`"${fullName(asked)}" was renamed to "${fullName(now)}" at the same time.`)
}

/** The writes of a rename, which leave a redirect at the old name; none for an unchanged name. */
export function renamed(before: RepoItem, after: RepoItem, now: Date): TransactAction[] {
  const [from, to] = [keys.repoName(before.kind, fullName(before)), keys.repoName(after.kind, fullName(after))]
  if (from.pk === to.pk) return []
  const repoId = before.id
  return [
    {
      put: { ...to, repoId },
      condition: { expression: 'attribute_not_exists(pk) OR attribute_exists(redirectedAt)' },
    },
    {
      put: { ...from, repoId, redirectedAt: now.toISOString() },
      condition: { expression: 'repoId = :id', values: { ':id': repoId } },
    },
  ]
}

const counts = (before: RepoItem, after: RepoItem, reposMax: number): TransactAction[] => [
  ownerStands(after.owner),
  countUse({ owner: before.owner, what: 'repos', by: -1 }),
  countUse({ owner: after.owner, what: 'repos', by: 1, max: reposMax }),
]

async function holdAll({ table, repo, storedBytesMax, now }: MoveRepo, owner: string) {
  const blobs = new Map<string, RevisionFile>()
  let files = 0
  for await (const revision of allRevisions(table, repo.id)) {
    files += revision.filesTotal
    if (files > filesMax) throw repoErrors.tooMuchToMove(fullName(repo), filesMax)
    for await (const file of allFiles(table, repo.id, revision.id)) blobs.set(file.sha256, file)
  }
  await holdBlobs(table, { owner, blobs: [...blobs.values()], storedBytesMax, now })
}

async function refuseTaken({ table, repo, to }: MoveRepo) {
  const taken = await findRepo(table, { kind: repo.kind, name: to, withDeleted: true })
  if (taken === undefined || taken.id === repo.id || fullName(taken).toLowerCase() !== to.toLowerCase()) return
  throw taken.deletedAt === undefined ? repoErrors.nameTaken(to) : repoErrors.deletedNameKept(to)
}
