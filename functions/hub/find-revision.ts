import { errors } from '../../shared/errors.ts'
import { isRefName, isRepoId } from '../../shared/model/repo-id.ts'
import { getRef, getRepo, getRevision, type RepoItem, type RevisionItem, resolveRef } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import type { RefPath } from './parse-path.ts'

export interface FoundRevision extends RefPath {
  repo: RepoItem
  revision: RevisionItem
}

/** A repo by its name. @throws AppError `repo_not_found`, also where the name is none */
export async function findRepo(table: Table, id: string): Promise<RepoItem> {
  const repo = isRepoId(id) ? await getRepo(table, id) : undefined
  if (repo === undefined) throw errors.repoNotFound(id)
  return repo
}

/** The first way to read a ref and a path whose ref exists. @throws AppError `repo_not_found`, `revision_not_found` */
export async function findRevision(table: Table, id: string, readings: readonly RefPath[]): Promise<FoundRevision> {
  const repo = await findRepo(table, id)
  for (const reading of readings) {
    const revision = await revisionNamed(table, id, reading.ref)
    if (revision !== undefined) return { ...reading, repo, revision }
  }
  throw errors.revisionNotFound(id, readings[0]?.ref ?? '')
}

/** `HEAD` is the branch main, and clients may say of what kind a ref is: `refs/heads/main`, `refs/tags/v1`. */
async function revisionNamed(table: Table, repo: string, ref: string): Promise<RevisionItem | undefined> {
  const [, heads, tags] = /^refs\/(?:heads\/(.+)|tags\/(.+))$/.exec(ref) ?? []
  const name = heads ?? tags ?? (ref === 'HEAD' ? 'main' : ref)
  if (!isRefName(name)) return undefined
  if (heads === undefined && tags === undefined) return resolveRef(table, repo, name)
  const named = await getRef(table, { repo, kind: heads === undefined ? 'tag' : 'branch', name })
  return named === undefined ? undefined : getRevision(table, repo, named.revision)
}
