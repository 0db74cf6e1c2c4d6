import type { RevisionMetadata } from '../contract/repo.ts'
import { isRevisionId } from '../model/repo-id.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import { keys, lists } from './keys.ts'
import type { Page, Table } from './table.ts'

export interface RepoItem {
  id: string
  revision: string
  task?: string | undefined
  library?: string | undefined
  license?: string | undefined
  sizeBytes: number
  createdAt: string
  updatedAt: string
}

export interface RevisionItem {
  id: string
  repo: string
  source: string
  sourceRevision?: string | undefined
  filesTotal: number
  sizeBytes: number
  metadata?: RevisionMetadata | undefined
  createdAt: string
  createdBy: string
}

export interface RefItem {
  kind: 'branch' | 'tag'
  name: string
  revision: string
  updatedAt: string
}

export const getRepo = (table: Table, repo: string) => table.get<RepoItem>(keys.repo(repo))

/** Repos by name, all or those of one owner. */
export const listRepos = (
  table: Table,
  { owner, ...page }: { owner?: string | undefined; limit: number; startKey?: Record<string, unknown> | undefined },
): Promise<Page<RepoItem>> =>
  table.query<RepoItem>({
    index: 'byList',
    expression: `listPk = :list${owner === undefined ? '' : ' AND begins_with(listSk, :owner)'}`,
    values: { ':list': lists.repos, ...(owner !== undefined && { ':owner': `${owner}/` }) },
    ...page,
  })

export const getRevision = (table: Table, repo: string, id: string) => table.get<RevisionItem>(keys.revision(repo, id))

/** Every revision of a repo, in no order that means anything. */
export const allRevisions = (table: Table, repo: string): AsyncGenerator<RevisionItem> =>
  table.queryAll<RevisionItem>({
    expression: 'pk = :pk AND begins_with(sk, :revision)',
    values: { ':pk': keys.repo(repo).pk, ':revision': keys.revision(repo, '').sk },
    consistent: true,
  })

export const getRef = (table: Table, { repo, kind, name }: { repo: string; kind: RefItem['kind']; name: string }) =>
  table.get<RefItem>(kind === 'branch' ? keys.branch(repo, name) : keys.tag(repo, name))

export const listRefs = (table: Table, repo: string): AsyncGenerator<RefItem> =>
  table.queryAll<RefItem>({
    expression: 'pk = :pk AND begins_with(sk, :ref)',
    values: { ':pk': keys.repo(repo).pk, ':ref': 'REF#' },
    consistent: true,
  })

/** The revision that an id, a branch or a tag names, in this order: no tag can stand in for a revision. */
export async function resolveRef(table: Table, repo: string, ref: string): Promise<RevisionItem | undefined> {
  const revision = isRevisionId(ref) ? await getRevision(table, repo, ref) : undefined
  if (revision !== undefined) return revision
  const named = (await table.get<RefItem>(keys.branch(repo, ref))) ?? (await table.get<RefItem>(keys.tag(repo, ref)))
  return named === undefined ? undefined : getRevision(table, repo, named.revision)
}

/** Files in the order of their paths, all or those that start with `prefix`, from where a page before ended. */
export const listFiles = (
  table: Table,
  { repo, revision, prefix = '', after, startKey, ...page }: ListFilesInput,
): Promise<Page<RevisionFile>> =>
  table.query<RevisionFile>({
    expression: `pk = :pk${prefix === '' ? '' : ' AND begins_with(sk, :prefix)'}`,
    values: { ':pk': keys.revisionFile(repo, revision, '').pk, ...(prefix !== '' && { ':prefix': prefix }) },
    startKey: after === undefined ? startKey : { ...keys.revisionFile(repo, revision, after) },
    ...page,
  })

interface ListFilesInput {
  repo: string
  revision: string
  prefix?: string
  limit?: number
  startKey?: Record<string, unknown> | undefined
  /** Any string that paths can stand behind, instead of a `startKey`. */
  after?: string | undefined
}

export const allFiles = (table: Table, repo: string, revision: string): AsyncGenerator<RevisionFile> =>
  table.queryAll<RevisionFile>({
    expression: 'pk = :pk',
    values: { ':pk': keys.revisionFile(repo, revision, '').pk },
    consistent: true,
  })

export const getFile = (table: Table, repo: string, revision: string, path: string) =>
  table.get<RevisionFile>(keys.revisionFile(repo, revision, path))
