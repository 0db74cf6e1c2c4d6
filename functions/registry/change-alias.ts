import {
  changeStanding,
  putRef,
  type RefChange,
  refuseAmbiguous,
  revisionStands,
  withoutKey,
} from '../../shared/repos/ref-change.ts'
import { refErrors } from '../../shared/repos/ref-errors.ts'
import { keys } from '../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { getRef, type RefItem, type RevisionItem } from '../../shared/table/repos.ts'
import { absent, type Page, type Table, type TransactAction } from '../../shared/table/table.ts'

/** One change of an alias. Recreating an alias continues its numbering. */
export interface AliasMove {
  version: number
  action: 'created' | 'moved' | 'protected' | 'unprotected' | 'deleted'
  from?: string | undefined
  to?: string | undefined
  at: string
  by: string
}

interface ChangeAlias extends RefChange {
  name: string
  by: string
  /** Whether they may change a protected alias. */
  isAdmin: boolean
  /** The required version of the alias. */
  expected?: number | undefined
}

/** @throws AppError `ref_exists`, `ref_conflict`, `forbidden` where a non-admin wants it protected */
export async function createAlias(request: ChangeAlias & { revision: RevisionItem; isProtected: boolean }) {
  const { table, repo, name, by, isAdmin, revision, isProtected, now } = request
  if (isProtected && !isAdmin) throw refErrors.aliasProtected(fullName(repo), name, repo.owner)
  return record(request, async () => {
    await refuseAmbiguous(table, { repo, kind: 'alias', name })
    const version = ((await lastMove(table, { repoId: repo.id, name }))?.version ?? 0) + 1
    const at = now.toISOString()
    const ref: RefItem = {
      kind: 'alias',
      name,
      revision: revision.id,
      updatedAt: at,
      updatedBy: by,
      version,
      isProtected,
    }
    return { ref, move: { version, action: 'created', to: revision.id, at, by }, checks: [revisionStands(revision)] }
  })
}

/** @throws AppError `precondition_failed`, `forbidden` */
export async function moveAlias(request: ChangeAlias & { revision?: RevisionItem; isProtected?: boolean }) {
  const { repo, name, by, isAdmin, revision, now } = request
  return record(request, async () => {
    const found = await standing(request)
    const isProtected = request.isProtected ?? found.isProtected === true
    const protects = isProtected !== (found.isProtected === true)
    if (!isAdmin && (found.isProtected === true || protects))
      throw refErrors.aliasProtected(fullName(repo), name, repo.owner)
    const moves = revision !== undefined && revision.id !== found.revision
    if (!moves && !protects) return { ref: found }
    const version = (found.version ?? 0) + 1
    const at = now.toISOString()
    const to = moves ? revision.id : found.revision
    const action = moves ? 'moved' : isProtected ? 'protected' : 'unprotected'
    return {
      ref: { ...found, revision: to, version, isProtected, updatedAt: at, updatedBy: by },
      move: { version, action, from: found.revision, to, at, by },
      checks: moves ? [revisionStands(revision)] : [],
    }
  })
}

/** @throws AppError `precondition_failed`, `forbidden` */
export async function deleteAlias(request: ChangeAlias): Promise<void> {
  const { repo, name, by, isAdmin, now } = request
  await record(request, async () => {
    const found = await standing(request)
    if (found.isProtected === true && !isAdmin) throw refErrors.aliasProtected(fullName(repo), name, repo.owner)
    const version = (found.version ?? 0) + 1
    return {
      ref: found,
      move: { version, action: 'deleted', from: found.revision, at: now.toISOString(), by },
      isDeleted: true,
    }
  })
}

interface Decision {
  ref: RefItem
  /** Absent where nothing changes. */
  move?: AliasMove
  isDeleted?: boolean
  checks?: TransactAction[]
}

/** Writes a change and its history entry in one transaction with the repo. */
async function record({ table, repo, name }: ChangeAlias, decide: () => Promise<Decision>): Promise<RefItem> {
  const outcome: { ref?: RefItem } = {}
  await changeStanding(table, repo, async (before) => {
    const { ref, move, isDeleted = false, checks = [] } = await decide()
    outcome.ref = ref
    if (move === undefined) return undefined
    const change = isDeleted ? { delete: keys.alias(repo.id, name) } : putRef(repo, ref)
    const line = { put: { ...keys.aliasMove(repo.id, name, moveId(move.version)), ...move }, condition: absent }
    return { repo: before, writes: [change, line, ...checks] }
  })
  return outcome.ref as RefItem
}

async function standing({ table, repo, name, expected }: ChangeAlias): Promise<RefItem> {
  const found = await getRef(table, { repoId: repo.id, kind: 'alias', name })
  if (found === undefined) throw refErrors.notFound(fullName(repo), 'alias', name)
  if (expected === undefined || expected === found.version) return withoutKey(found)
  throw refErrors.moved({ kind: 'alias', name, is: `version ${found.version}`, expected: `version ${expected}` })
}

const moveId = (version: number): string => String(version).padStart(8, '0')

/** The history of an alias before a version, newest first. */
export const listMoves = (table: Table, { repo, name, before, limit }: ListMoves): Promise<Page<AliasMove>> =>
  table.query<AliasMove>({
    expression: 'pk = :pk AND sk BETWEEN :from AND :to',
    values: {
      ':pk': keys.aliasMove(repo.id, name, '').pk,
      ':from': keys.aliasMove(repo.id, name, moveId(1)).sk,
      ':to': keys.aliasMove(repo.id, name, moveId((before ?? lastVersion) - 1)).sk,
    },
    descending: true,
    consistent: true,
    limit,
  })

interface ListMoves {
  repo: Pick<RepoItem, 'id'>
  name: string
  before?: number | undefined
  limit: number
}

const lastVersion = 100_000_000

const lastMove = async (table: Table, { repoId, name }: { repoId: string; name: string }) =>
  (await listMoves(table, { repo: { id: repoId }, name, limit: 1 })).items[0]
