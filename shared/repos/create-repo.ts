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
import { firstRevision } from './first-revision.ts'
import { repoErrors } from './repo-errors.ts'

interface CreateRepo {
  table: Table
  principal: Principal | undefined
  kind: RepoKind
  /** `owner/name`, validated. */
  name: string
  visibility?: RepoItem['visibility'] | undefined
  id?: string
  /** The files of the first commit; `writes` protects their content from collection. @default none */
  files?: readonly RevisionFile[]
  /** Written in the same transaction. */
  writes?: readonly TransactAction[]
  reposMax: number
  now: Date
  /** Builds the address of an existing repo, for the error message. */
  urlOf: (repo: RepoItem) => string
}

/**
 * Creates a repo, claims its name and counts it in one transaction. It gets a first commit on main, because the Hub's
 * clients expect that branch in every repo.
 * @throws AppError `repo_exists`, `quota_exceeded`, and the errors of `ensureOwner`; ConditionFailed where one of
 * `writes` fails
 */
export async function createRepo(request: CreateRepo): Promise<RepoItem & { revision: string }> {
  const { table, principal, kind, name, visibility, id, files = [], writes = [], reposMax, now } = request
  const owner = await ensureOwner({ table, principal, owner: splitName(name).owner, now })
  await refuseTaken(request)
  const createdBy = principal?.userId ?? ''
  const spelled = `${owner.name}/${splitName(name).name}`
  const empty = newRepo({ ...(id && { id }), kind, fullName: spelled, createdBy, now, visibility })
  const revision = firstRevision({ repoId: empty.id, files, by: principal?.username ?? '', now })
  const repo = { ...empty, revision: revision.id, sizeBytes: revision.sizeBytes }
  const creation = [...repoCreation(repo, { reposMax }), ownerStands(owner.name)]
  await writeRevisionFiles(table, { files, repoId: repo.id, revision: revision.id, now })
  try {
    await table.transact([...creation, ...firstWrites(revision, createdBy), ...writes])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    await refuseTaken(request)
    await requireOwner(table, owner.name)
    if (!failedCount(error, creation)) throw error
    throw await quotaExceeded(table, { owner: owner.name, what: 'repos', by: 1, max: reposMax })
  }
  return { ...repo, version: repo.version + 1 }
}

const firstWrites = (revision: RevisionItem, by: string): TransactAction[] => [
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
