import type { Context } from 'hono'
import { asResource } from '../../../shared/auth/access-repo.ts'
import { mayAccess } from '../../../shared/auth/authorize.ts'
import { hasScope, type Principal } from '../../../shared/auth/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { isMirrorOf } from '../../../shared/mirror/mirrored-repo.ts'
import { isRepoId, isRevisionId } from '../../../shared/model/repo-id.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { findRepo } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { revisionNamed } from '../find-revision.ts'
import type { RefPath } from '../parse-path.ts'
import { type Budget, budgetOf } from './budget.ts'
import type { Mirror } from './mirror.ts'
import { isMirrors } from './mirror-owner.ts'
import type { Snapshot } from './snapshot.ts'

export interface Mirrored extends RefPath {
  snapshot: Snapshot
  principal: Principal
  /** The remaining time for this answer. */
  within: Budget
}

/**
 * The upstream answer to a read, or `undefined` where local content (or a local error) answers it. Only unknown names
 * go upstream, and mirrored repos at a commit that is missing here or at a branch that has moved. @throws AppError what
 * the upstream Hub refuses, or 504 where it is unreachable and nothing is here
 */
export async function findMirrored(
  context: Context<HttpEnvironment>,
  { mirror, table }: { mirror: Mirror; table: Table },
  readings: readonly RefPath[],
): Promise<Mirrored | undefined> {
  const startedMs = performance.now()
  const { owner, name } = context.req.param() as { owner: string; name: string }
  const repo = `${owner}/${name}`
  const principal = context.get('principal')
  if (!isRepoId(repo) || principal === undefined || !hasScope(principal, 'read')) return undefined
  const local = await findRepo(table, { name: repo, withDeleted: true })
  if (local === undefined ? !(await mayBegin({ mirror, table, owner, principal })) : !isBound(local, repo, mirror))
    return undefined
  if (local !== undefined && !mayAccess(principal, 'read', asResource(local))) return undefined
  const here = local && (await firstHere(table, local, readings))
  if (here !== undefined) {
    if (here.revision === here.ref) return undefined
    // Local content answers if the upstream Hub does not, so the wait is short.
    const within = budgetOf(mirror, { isUrgent: true, startedMs })
    const current = await within(() => snapshotAt(mirror, repo, here.ref)).catch(quiet)
    if (current === undefined || current.commit === here.revision) return undefined
    const { ref, path } = here
    return mayRead(principal, current) ? { ref, path, snapshot: current, principal, within } : undefined
  }
  const within = budgetOf(mirror, { isUrgent: context.req.method === 'HEAD', startedMs })
  const found = await within(() => firstThere(mirror, repo, likeliest(readings)))
  return mayRead(principal, found.snapshot) ? { ...found, principal, within } : undefined
}

/** Anyone who may read can have an unknown name fetched; a key limited to one owner or repo, only there. */
async function mayBegin({ mirror, table, owner, principal }: BeginInput): Promise<boolean> {
  const { limit } = principal
  if (limit !== undefined && !('owner' in limit && limit.owner.toLowerCase() === owner.toLowerCase())) return false
  return isMirrors({ table, owner, upstream: mirror.upstream.endpoint, principal })
}

interface BeginInput {
  mirror: Mirror
  table: Table
  owner: string
  principal: Principal
}

/** A repo that was deleted, renamed or created here, or that mirrors another Hub, is not this upstream's. */
const isBound = (local: RepoItem, asked: string, { upstream }: Mirror): boolean =>
  local.deletedAt === undefined &&
  isMirrorOf(local, upstream.endpoint) &&
  fullName(local).toLowerCase() === asked.toLowerCase()

/** What the upstream Hub hides from strangers is only for those who may read the whole namespace here. */
const mayRead = (principal: Principal, { repo, isPublic }: Snapshot): boolean =>
  isPublic || mayAccess(principal, 'read', { owner: repo.slice(0, repo.indexOf('/')) })

async function firstHere(table: Table, { id }: RepoItem, readings: readonly RefPath[]) {
  for (const { ref, path } of readings) {
    const revision = await revisionNamed(table, id, ref)
    if (revision !== undefined) return { ref: plainRef(ref), path, revision: revision.id }
  }
  return undefined
}

async function firstThere(mirror: Mirror, repo: string, readings: readonly RefPath[]) {
  let missing: unknown
  for (const { ref, path } of readings) {
    try {
      return { ref: plainRef(ref), path, snapshot: await snapshotAt(mirror, repo, ref) }
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'revision_not_found')) throw error
      missing ??= error
    }
  }
  throw missing
}

const snapshotAt = ({ upstream }: Mirror, repo: string, ref: string) => upstream.snapshot({ repo, ref: plainRef(ref) })

const plainRef = (ref: string): string => (ref === 'HEAD' ? 'main' : ref.replace(/^refs\/(?:heads|tags)\//, ''))

/** Each reading costs a request to the upstream Hub; main and commits are almost always right. */
function likeliest(readings: readonly RefPath[]): RefPath[] {
  const sure = readings.find(({ ref }) => ref === 'main' || ref === 'HEAD' || isRevisionId(ref))
  if (sure !== undefined) return [sure]
  return readings.toSorted((a, b) => a.ref.length - b.ref.length).slice(0, readingsMax)
}

const readingsMax = 3

/** An upstream error is no reason to fail; any other error is. */
function quiet(error: unknown): undefined {
  if (!(error instanceof AppError)) throw error
}
