import type { RevisionMetadata } from '../contract/repo.ts'
import { pathFault } from '../model/file-path.ts'
import { isRevisionId } from '../model/repo-id.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import { keys, type RepoKind } from './keys.ts'
import { fileKey, lookupsOf, nameKey } from './lookups.ts'
import { fullName, type RepoItem } from './repo-item.ts'
import type { Page, Table } from './table.ts'

export interface RevisionItem {
  id: string
  repoId: string
  source: string
  sourceRevision?: string | undefined
  /** The revision that was there before it, where it was made of one. */
  parent?: string | undefined
  /** How many revisions lead to it, itself included. */
  depth: number
  title: string
  message?: string | undefined
  filesTotal: number
  sizeBytes: number
  metadata?: RevisionMetadata | undefined
  createdAt: string
  createdBy: string
}

export const refKinds = ['branch', 'tag', 'alias', 'commit'] as const
/** `alias` is a movable name for serving, `commit` what a revision is called where it came from. */
export type RefKind = (typeof refKinds)[number]

export interface RefItem {
  kind: RefKind
  name: string
  revision: string
  updatedAt: string
  updatedBy?: string | undefined
  message?: string | undefined
  /** Counts the moves of an alias. */
  version?: number | undefined
  /** Of a tag that is a version: which of them it was to be made. */
  versionNumber?: number | undefined
  isProtected?: boolean | undefined
}

export const getRepo = (table: Table, id: string) => table.get<RepoItem>(keys.repo(id))

/**
 * The repo of a name, or of a name that it had before and nobody took since. One that was deleted is not found, unless
 * that is asked for.
 */
export async function findRepo(
  table: Table,
  { kind = 'model', name, withDeleted = false }: { kind?: RepoKind; name: string; withDeleted?: boolean },
): Promise<RepoItem | undefined> {
  const repo = (await repoRemembered(table, kind, name)) ?? (await repoClaimed(table, kind, name))
  return repo?.deletedAt === undefined || withDeleted ? repo : undefined
}

/** By its id, where this process knows that: it is the one as long as it carries the name, for only one ever does. */
async function repoRemembered(table: Table, kind: RepoKind, name: string): Promise<RepoItem | undefined> {
  const id = lookupsOf(table).repoIds.get(nameKey(kind, name))
  const repo = id === undefined ? undefined : await getRepo(table, id)
  return repo !== undefined && carries(repo, kind, name) ? repo : undefined
}

async function repoClaimed(table: Table, kind: RepoKind, name: string): Promise<RepoItem | undefined> {
  const claim = await table.get<{ repoId: string }>(keys.repoName(kind, name))
  if (claim === undefined) return undefined
  const repo = await getRepo(table, claim.repoId)
  if (repo !== undefined && carries(repo, kind, name)) lookupsOf(table).repoIds.set(nameKey(kind, name), repo.id)
  return repo
}

/** A name that a repo had before leads to it too, and is read anew each time. */
const carries = (repo: RepoItem, kind: RepoKind, name: string): boolean =>
  nameKey(repo.kind, fullName(repo)) === nameKey(kind, name)

export const getRevision = (table: Table, repoId: string, id: string) =>
  table.get<RevisionItem>(keys.revision(repoId, id))

/** Every revision of a repo, in no order that means anything. */
export const allRevisions = (table: Table, repoId: string): AsyncGenerator<RevisionItem> =>
  table.queryAll<RevisionItem>({
    expression: 'pk = :pk AND begins_with(sk, :revision)',
    values: { ':pk': keys.repo(repoId).pk, ':revision': keys.revision(repoId, '').sk },
    consistent: true,
  })

const refKey: Record<RefKind, (repoId: string, name: string) => ReturnType<typeof keys.branch>> = {
  branch: keys.branch,
  tag: keys.tag,
  alias: keys.alias,
  commit: keys.commit,
}

export const keyOfRef = ({ repoId, kind, name }: { repoId: string; kind: RefKind; name: string }) =>
  refKey[kind](repoId, name)

export const getRef = (table: Table, ref: { repoId: string; kind: RefKind; name: string }) =>
  table.get<RefItem>(keyOfRef(ref))

export const listRefs = (table: Table, repoId: string): AsyncGenerator<RefItem> =>
  table.queryAll<RefItem>({
    expression: 'pk = :pk AND begins_with(sk, :ref)',
    values: { ':pk': keys.repo(repoId).pk, ':ref': 'REF#' },
    consistent: true,
  })

/** Refs of one kind by name, from behind one. */
export const pageOfRefs = (
  table: Table,
  { repoId, kind, after, limit }: { repoId: string; kind: RefKind; after?: string | undefined; limit: number },
): Promise<Page<RefItem>> => {
  const { pk, sk } = keyOfRef({ repoId, kind, name: '' })
  return table.query<RefItem>({
    expression: 'pk = :pk AND begins_with(sk, :refs)',
    values: { ':pk': pk, ':refs': sk },
    ...(after !== undefined && { startKey: { ...keyOfRef({ repoId, kind, name: after }) } }),
    consistent: true,
    limit,
  })
}

/**
 * The revision that an id names, here or where it came from, or an alias, a branch or a tag, in this order: no name can
 * stand in for a revision, and none for an alias, which only admins may move where it is protected.
 */
export async function resolveRef(table: Table, repoId: string, ref: string): Promise<RevisionItem | undefined> {
  const revision = isRevisionId(ref) ? await getRevision(table, repoId, ref) : undefined
  if (revision !== undefined) return revision
  const named = await Promise.all(kindsOf(ref).map((kind) => getRef(table, { repoId, kind, name: ref })))
  const [first] = named.filter((found) => found !== undefined)
  return first && getRevision(table, repoId, first.revision)
}

/** The branch main is asked for more than all others, and nothing else may be called so. */
function kindsOf(ref: string): readonly RefKind[] {
  if (ref === 'main') return ['branch']
  return isRevisionId(ref) ? ['commit', 'alias', 'branch', 'tag'] : ['alias', 'branch', 'tag']
}

/** Files in the order of their paths, all or those that start with `prefix`, from where a page before ended. */
export const listFiles = (
  table: Table,
  { repoId, revision, prefix = '', after, startKey, ...page }: ListFilesInput,
): Promise<Page<RevisionFile>> =>
  table.query<RevisionFile>({
    expression: `pk = :pk${prefix === '' ? '' : ' AND begins_with(sk, :prefix)'}`,
    values: { ':pk': keys.revisionFile(repoId, revision, '').pk, ...(prefix !== '' && { ':prefix': prefix }) },
    startKey: after === undefined ? startKey : { ...keys.revisionFile(repoId, revision, after) },
    ...page,
  })

interface ListFilesInput {
  repoId: string
  revision: string
  prefix?: string
  limit?: number
  startKey?: Record<string, unknown> | undefined
  /** Any string that paths can stand behind, instead of a `startKey`. */
  after?: string | undefined
  consistent?: boolean
}

export const allFiles = (table: Table, repoId: string, revision: string): AsyncGenerator<RevisionFile> =>
  table.queryAll<RevisionFile>({
    expression: 'pk = :pk',
    values: { ':pk': keys.revisionFile(repoId, revision, '').pk },
    consistent: true,
  })

/** A file of a revision that was just read, and so is there. What is no path names none, and may fill no key. */
export async function getFile(
  table: Table,
  repoId: string,
  revision: string,
  path: string,
): Promise<RevisionFile | undefined> {
  const { files } = lookupsOf(table)
  const key = fileKey(repoId, revision, path)
  const known = files.get(key)
  if (known !== undefined) return known
  if (pathFault(path) !== undefined) return undefined
  const file = await table.get<RevisionFile>(keys.revisionFile(repoId, revision, path))
  if (file !== undefined) files.set(key, file)
  return file
}
