import { keys } from '../table/keys.ts'
import { fullName } from '../table/repo-item.ts'
import { getRef, keyOfRef, type RefItem, type RevisionItem } from '../table/repos.ts'
import type { TransactAction } from '../table/table.ts'
import { withHead } from './described-by.ts'
import { changeStanding, putRef, type RefChange, refuseAmbiguous, revisionStands, withoutKey } from './ref-change.ts'
import { refErrors } from './ref-errors.ts'

export interface NewRef {
  kind: 'branch' | 'tag'
  /** Validated as a new ref's name. */
  name: string
  revision: RevisionItem
  by: string
  message?: string | undefined
  /** Whether to move an existing ref of that name; versions never move. */
  overwrite?: boolean
  /** Writes that create the revision together with the ref. */
  writes?: readonly TransactAction[]
}

/**
 * Creates a ref. Every change of a ref also changes its repo, so concurrent ones are serialised and conflicting names
 * cannot appear at once.
 * @throws AppError `ref_exists`, `ref_conflict`, `repo_not_found`
 */
export async function createRef({ table, repo, ref, now }: RefChange & { ref: NewRef }): Promise<RefItem> {
  const { kind, name, revision, by, message, overwrite = false, writes = [revisionStands(revision)] } = ref
  const at = now.toISOString()
  const item: RefItem = {
    kind,
    name,
    revision: revision.id,
    updatedAt: at,
    updatedBy: by,
    ...(message !== undefined && { message }),
  }
  await changeStanding(table, repo, async (before) => {
    const existing = overwrite ? await getRef(table, { repoId: repo.id, kind, name }) : undefined
    if (existing?.versionNumber !== undefined) throw refErrors.versionStays(fullName(repo), name)
    if (existing === undefined) await refuseAmbiguous(table, { repo, kind, name })
    const after = kind === 'branch' && name === 'main' ? withHead(before, revision, at) : before
    return { repo: after, writes: [putRef(repo, item), ...writes] }
  })
  return item
}

/**
 * Moves a branch or a tag. @throws AppError `precondition_failed` where it is not at `expected`, `ref_protected` for a
 * version
 */
export async function moveRef({ table, repo, ref, now }: RefChange & { ref: MovedRef }): Promise<RefItem> {
  const { kind, name, revision, by, expected } = ref
  const at = now.toISOString()
  const outcome: { ref?: RefItem } = {}
  await changeStanding(table, repo, async (before) => {
    const found = await getRef(table, { repoId: repo.id, kind, name })
    if (found === undefined) throw refErrors.notFound(fullName(repo), kind, name)
    if (expected !== undefined && found.revision !== expected)
      throw refErrors.moved({ kind, name, is: found.revision, expected })
    if (found.versionNumber !== undefined) throw refErrors.versionStays(fullName(repo), name)
    outcome.ref = withoutKey(found)
    if (found.revision === revision.id) return undefined
    const moved = { ...outcome.ref, revision: revision.id, updatedAt: at, updatedBy: by }
    outcome.ref = moved
    const after = kind === 'branch' && name === 'main' ? withHead(before, revision, at) : before
    return { repo: after, writes: [putRef(repo, moved), revisionStands(revision)] }
  })
  return outcome.ref as RefItem
}

interface MovedRef extends Omit<NewRef, 'message' | 'overwrite' | 'writes'> {
  /** The revision that it must currently point to. */
  expected?: string | undefined
}

/** @throws AppError `precondition_failed`, `ref_protected` for the branch main */
export async function deleteRef({ table, repo, ref }: Omit<RefChange, 'now'> & { ref: DeletedRef }): Promise<void> {
  const { kind, name, expected } = ref
  if (kind === 'branch' && name === 'main') throw refErrors.mainStays(fullName(repo))
  await changeStanding(table, repo, async (before) => {
    const found = await getRef(table, { repoId: repo.id, kind, name })
    if (found === undefined) throw refErrors.notFound(fullName(repo), kind, name)
    if (expected !== undefined && found.revision !== expected)
      throw refErrors.moved({ kind, name, is: found.revision, expected })
    const { versionNumber } = found
    const version = versionNumber === undefined ? [] : [{ delete: keys.version(repo.id, versionNumber) }]
    return { repo: before, writes: [{ delete: keyOfRef({ repoId: repo.id, kind, name }) }, ...version] }
  })
}

interface DeletedRef {
  kind: 'branch' | 'tag'
  name: string
  expected?: string | undefined
}
