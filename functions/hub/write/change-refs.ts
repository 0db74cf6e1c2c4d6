import { randomUUID } from 'node:crypto'
import { AppError, errors } from '../../../shared/errors.ts'
import { revisionId } from '../../../shared/model/revision-id.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import {
  getRef,
  getRevision,
  keyOfRef,
  listRefs,
  type RefItem,
  type RevisionItem,
} from '../../../shared/table/repos.ts'
import { revisionWrites } from '../../../shared/table/revision-write.ts'
import { absent, ConditionFailed, present, type Table, type TransactAction } from '../../../shared/table/table.ts'

interface NewRef {
  kind: 'branch' | 'tag'
  name: string
  revision: string
  by: string
  message?: string | undefined
  /** Moves a branch that is there already. */
  overwrite?: boolean
  /** Made together with the name. */
  writes?: readonly TransactAction[]
}

interface CreateRef {
  table: Table
  repo: RepoItem
  ref: NewRef
  now: Date
}

/** Names a commit. @throws AppError `ref_exists`, also where another name would be in its way */
export async function createRef({ table, repo, ref, now }: CreateRef) {
  const { kind, name, revision, by, message, overwrite = false, writes } = ref
  const existing = await getRef(table, { repoId: repo.id, kind, name })
  if (existing !== undefined && !overwrite) throw exists(repo, existing)
  await refuseInTheWay(table, { repo, kind, name })
  const at = now.toISOString()
  const item: RefItem = { kind, name, revision, updatedAt: at, updatedBy: by, ...(message && { message }) }
  const write: TransactAction = {
    put: { ...keyOfRef({ repoId: repo.id, kind, name }), ...item },
    ...(!overwrite && { condition: absent }),
  }
  try {
    const known = writes ?? [{ check: keys.revision(repo.id, revision), condition: present }]
    if (kind === 'branch' && name === 'main')
      return await moveMain(table, { repo, revision, writes: [write, ...known], at })
    await table.transact([write, ...known, stands(repo)])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    throw exists(repo, item)
  }
}

/** What main names is what the repo is found by. */
async function moveMain(table: Table, { repo, revision, writes, at }: MoveMain) {
  const { sizeBytes } = (await getRevision(table, repo.id, revision)) ?? { sizeBytes: 0 }
  await changeRepo(table, repo.id, (before) => ({
    repo: { ...before, revision, sizeBytes, updatedAt: at },
    writes,
  }))
}

interface MoveMain {
  repo: RepoItem
  revision: string
  writes: TransactAction[]
  at: string
}

/** A branch that begins with nothing: a commit without files and without a past. */
export async function createEmptyBranch({
  table,
  repo,
  ref,
  now,
}: Omit<CreateRef, 'ref'> & { ref: Omit<NewRef, 'revision'> }) {
  const at = now.toISOString()
  const id = revisionId({ origin: JSON.stringify(['empty', repo.id, ref.name, randomUUID()]), files: [] })
  const sizes = { filesTotal: 0, sizeBytes: 0 }
  const made = { source: 'upload://', depth: 1, title: 'initial commit', createdAt: at, createdBy: ref.by }
  const revision: RevisionItem = { id, repoId: repo.id, ...sizes, ...made }
  await createRef({
    table,
    repo,
    ref: { ...ref, revision: id, writes: revisionWrites({ revision, known: false }) },
    now,
  })
}

export async function deleteRef({ table, repo, kind, name }: DeleteRef): Promise<void> {
  const key = keyOfRef({ repoId: repo.id, kind, name })
  try {
    await table.transact([{ delete: key, condition: present }, stands(repo)])
  } catch (error) {
    if (error instanceof ConditionFailed) throw errors.revisionNotFound(fullName(repo), name)
    throw error
  }
}

interface DeleteRef {
  table: Table
  repo: RepoItem
  kind: 'branch' | 'tag'
  name: string
}

const stands = ({ id }: RepoItem): TransactAction => ({
  check: keys.repo(id),
  condition: { expression: 'attribute_exists(pk) AND attribute_not_exists(deletedAt)' },
})

/** As git has it: where there is a branch `dev`, there is none `dev/x`, because either could be meant by `dev/x/file`. */
async function refuseInTheWay(table: Table, { repo, kind, name }: { repo: RepoItem; kind: string; name: string }) {
  for await (const other of listRefs(table, repo.id)) {
    if (other.kind !== kind || other.name === name) continue
    if (other.name.startsWith(`${name}/`) || name.startsWith(`${other.name}/`)) throw exists(repo, other)
  }
}

const exists = (repo: RepoItem, { kind, name, revision }: Pick<RefItem, 'kind' | 'name' | 'revision'>) =>
  new AppError({
    code: 'ref_exists',
    status: 409,
    message: `"${fullName(repo)}" has the ${kind} "${name}" already; it names the commit ${revision}.`,
  })
