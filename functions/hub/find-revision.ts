import type { Context } from 'hono'
import { accessRepo } from '../../shared/auth/access-repo.ts'
import type { Access } from '../../shared/auth/authorize.ts'
import { AppError, errors } from '../../shared/errors.ts'
import type { HttpEnvironment } from '../../shared/http/context.ts'
import { isMirror } from '../../shared/mirror/mirrored-repo.ts'
import { isRefName } from '../../shared/model/repo-id.ts'
import { noRevision } from '../../shared/repos/ref-errors.ts'
import { repoErrors } from '../../shared/repos/repo-errors.ts'
import type { RepoKind } from '../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../shared/table/repo-item.ts'
import { getRef, getRevision, type RevisionItem, resolveRef } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import type { RefPath } from './parse-path.ts'

export interface FoundRevision extends RefPath {
  repo: RepoItem
  revision: RevisionItem
}

/** The repo of a route, if the caller may access it. @throws AppError as in `accessRepo` */
export const findRepo = async (
  context: Context<HttpEnvironment>,
  { table, access = 'read', kind }: { table: Table; access?: Access; kind: RepoKind },
): Promise<RepoItem> => {
  const { owner, name } = context.req.param() as { owner: string; name: string }
  const repo = await accessRepo(table, { principal: context.get('principal'), access, kind, name: `${owner}/${name}` })
  if (access === 'write' && isMirror(repo)) throw repoErrors.mirrorNotWritten(fullName(repo), repo.mirror ?? '')
  return repo
}

/** The first way to split a path into ref and rest whose ref exists. @throws AppError also `revision_not_found`, `repo_empty` */
export async function findRevision(
  context: Context<HttpEnvironment>,
  where: { table: Table; kind: RepoKind },
  readings: readonly RefPath[],
): Promise<FoundRevision> {
  for await (const found of findReadings(context, where, readings)) return found
  throw errors.internal(context.get('requestId'))
}

/** Every way to split a path into ref and rest whose ref exists, at least one. @throws AppError as in `findRevision` */
export async function* findReadings(
  context: Context<HttpEnvironment>,
  { table, kind }: { table: Table; kind: RepoKind },
  readings: readonly RefPath[],
): AsyncGenerator<FoundRevision> {
  const repo = await findRepo(context, { table, kind })
  let isFound = false
  for (const reading of readings) {
    const revision = await revisionNamed(table, repo.id, reading.ref)
    if (revision === undefined) continue
    isFound = true
    yield { ...reading, repo, revision }
  }
  if (!isFound) throw noRevision(repo, likeliest(readings)?.ref ?? '')
}

/** The reading to name where no ref exists. Most clients encode a ref as one segment, so it is the shortest one. */
export const likeliest = (readings: readonly RefPath[]): RefPath | undefined =>
  readings.toSorted((a, b) => a.ref.length - b.ref.length)[0]

/** For `catch`: a repo without a first commit is no error where an empty answer says the same. */
export function unlessEmpty(error: unknown): undefined {
  if (!(error instanceof AppError && error.code === 'repo_empty')) throw error
}

/** `HEAD` is the branch main, and clients may qualify a ref: `refs/heads/main`, `refs/tags/v1`. */
export async function revisionNamed(table: Table, repoId: string, ref: string): Promise<RevisionItem | undefined> {
  const [, heads, tags] = /^refs\/(?:heads\/(.+)|tags\/(.+))$/.exec(ref) ?? []
  const name = heads ?? tags ?? (ref === 'HEAD' ? 'main' : ref)
  if (!isRefName(name)) return undefined
  if (heads === undefined && tags === undefined) return resolveRef(table, repoId, name)
  const named = await getRef(table, { repoId, kind: heads === undefined ? 'tag' : 'branch', name })
  return named === undefined ? undefined : getRevision(table, repoId, named.revision)
}
