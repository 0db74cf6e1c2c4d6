import { ensureOwner, requireOwner } from '../auth/ensure-owner.ts'
import type { Principal } from '../auth/principal.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import type { RepoKind } from '../table/keys.ts'
import { ownerStands } from '../table/owners.ts'
import { quotaExceeded } from '../table/quotas.ts'
import { fullName, newRepo, type RepoItem, splitName } from '../table/repo-item.ts'
import { repoCreation } from '../table/repo-write.ts'
import { findRepo, type RevisionItem } from '../table/repos.ts'
import { branchWrite, revisionWrites, writeRevisionFiles } from '../table/revision-write.ts'
import { ConditionFailed, type Table, type TransactAction } from '../table/table.ts'
import { failedCount } from '../table/usage.ts'
import { repoErrors } from './repo-errors.ts'

interface CreateRepo {
  table: Table
  principal: Principal | undefined
  kind: RepoKind
  /** `owner/name`, validated. */
  name: string
  visibility?: RepoItem['visibility'] | undefined
  id?: string
  /** The first revision on the branch main; `writes` protects its content from collection. */
  first?: { revision: RevisionItem; files: readonly RevisionFile[] } | undefined
  /** Written in the same transaction. */
  writes?: readonly TransactAction[]
  reposMax: number
  now: Date
  /** Builds the address of an existing repo, for the error message. */
  urlOf: (repo: RepoItem) => string
}

/**
 * Creates a repo, claims its name and counts it in one transaction.
 * @throws AppError `repo_exists`, `quota_exceeded`, and the errors of `ensureOwner`; ConditionFailed where one of
 * `writes` fails
 */
export async function createRepo(request: CreateRepo): Promise<RepoItem> {
  const { table, principal, kind, name, visibility, id, first, writes = [], reposMax, now } = request
  const owner = await ensureOwner({ table, principal, owner: splitName(name).owner, now })
  await refuseTaken(request)
  const createdBy = principal?.userId ?? ''
  const spelled = `${owner.name}/${splitName(name).name}`
  const empty = newRepo({ ...(id && { id }), kind, fullName: spelled, createdBy, now, visibility })
  const repo = first === undefined ? empty : { ...empty, ...headOf(first.revision) }
  const creation = [...repoCreation(repo, { reposMax }), ownerStands(owner.name)]
  if (first !== undefined)
    await writeRevisionFiles(table, { ...first, repoId: repo.id, revision: first.revision.id, now })
  try {
    await table.transact([...creation, ...firstWrites(first?.revision, createdBy), ...writes])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    await refuseTaken(request)
    await requireOwner(table, owner.name)
    if (!failedCount(error, creation)) throw error
    throw await quotaExceeded(table, { owner: owner.name, what: 'repos', by: 1, max: reposMax })
  }
  return { ...repo, version: repo.version + 1 }
}

const headOf = ({ id, sizeBytes }: RevisionItem) => ({ revision: id, sizeBytes })

const firstWrites = (revision: RevisionItem | undefined, by: string): TransactAction[] =>
  revision === undefined
    ? []
    : [
        ...revisionWrites({ revision, known: false }),
        branchWrite({
          repoId: revision.repoId,
          name: 'main',
          revision: revision.id,
          from: 'absent',
          now: revision.createdAt,
          by,
        }),
      ]

async function refuseTaken({ table, kind, name, urlOf }: CreateRepo) {
  const taken = await findRepo(table, { kind, name, withDeleted: true })
  // A repo's former name is free for anyone.
  if (taken === undefined || fullName(taken).toLowerCase() !== name.toLowerCase()) return
  if (taken.deletedAt !== undefined) throw repoErrors.deletedNameKept(name)
  throw repoErrors.exists({ name: fullName(taken), url: urlOf(taken), id: fullName(taken) })
}
