import { requireAccess } from '../auth/authorize.ts'
import { ensureOwner, requireOwner } from '../auth/ensure-owner.ts'
import type { Principal } from '../auth/principal.ts'
import { errors } from '../errors.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import { holdBlobs } from '../table/held-blobs.ts'
import { keys } from '../table/keys.ts'
import { ownerStands } from '../table/owners.ts'
import { quotaExceeded } from '../table/quotas.ts'
import { fullName, type RepoItem, splitName } from '../table/repo-item.ts'
import { changeRepo } from '../table/repo-write.ts'
import { allFiles, allRevisions, findRepo } from '../table/repos.ts'
import { readSweepRound, roundStands } from '../table/sweeps.ts'
import { ConditionFailed, type Table, type TransactAction } from '../table/table.ts'
import { countUse } from '../table/usage.ts'
import { repoErrors } from './repo-errors.ts'

interface MoveRepo {
  table: Table
  /** May administer the repo: that is asked before. */
  principal: Principal | undefined
  repo: RepoItem
  /** `owner/name`, checked to be one. */
  to: string
  reposMax: number
  storedBytesMax: number
  now: Date
}

/** Of all revisions: what has more is not read within one request. */
const filesMax = 50_000

/**
 * Gives a repo another name, or another owner. Its old name leads to it until someone takes it. What the old owner
 * holds of its blobs stays counted until the next collection, which knows what its other repos hold.
 * @throws AppError `repo_exists`, `quota_exceeded`, `forbidden`, and as `ensureOwner` does
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
      const next = { ...before, ...after }
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
    // A collection may have given back what was just held.
    if ((await readSweepRound(table, repo.id)).round !== round.round) return moveRepo(request)
    // What counts it against the new owner is the last of the writes.
    if (isOthers && error.failed.at(-1) === true)
      throw await quotaExceeded(table, { owner: owner.name, what: 'repos', by: 1, max: reposMax })
    throw repoErrors.nameTaken(to)
  }
}

/** Whoever gives a repo to another owner administers both. */
function requireTarget({ principal, repo, to }: MoveRepo) {
  const { owner } = splitName(to)
  if (owner.toLowerCase() === repo.owner.toLowerCase()) return
  requireAccess({ principal, access: 'admin', resource: { owner }, hidden: () => errors.ownerNotFound(owner) })
}

/** What was decided and held for a repo holds only for what is called so. */
function refuseOther(asked: RepoItem, now: RepoItem) {
  if (now.deletedAt !== undefined) throw errors.repoNotFound(fullName(asked))
  if (fullName(now) !== fullName(asked))
    throw errors.conflict(`"${fullName(asked)}" was renamed to "${fullName(now)}" at the same time.`)
}

/** The writes by which a repo has another name, where it is another. Its old one leads to it. */
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
