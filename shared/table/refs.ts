import { isRevisionId } from '../model/repo-id.ts'
import { keys } from './keys.ts'
import { getRevision, type RevisionItem } from './revisions.ts'
import type { Page, Table } from './table.ts'

const refKinds = ['branch', 'tag', 'alias', 'commit'] as const
/** `alias` is a movable name for serving; `commit` is a revision's id at its source. */
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
  /** For a tag that is a version: its number. */
  versionNumber?: number | undefined
  isProtected?: boolean | undefined
}

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

/** Refs of one kind by name, after a name. */
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
 * The revision of an id, a source's id, an alias, a branch or a tag, in this order: a name can neither stand in for a
 * revision nor for an alias, which may be protected.
 */
export async function resolveRef(table: Table, repoId: string, ref: string): Promise<RevisionItem | undefined> {
  const revision = isRevisionId(ref) ? await getRevision(table, repoId, ref) : undefined
  if (revision !== undefined) return revision
  const named = await refNamed(table, repoId, ref)
  return named && getRevision(table, repoId, named.revision)
}

/** The ref with that name, in the same order. */
export async function refNamed(table: Table, repoId: string, name: string): Promise<RefItem | undefined> {
  const named = await Promise.all(kindsOf(name).map((kind) => getRef(table, { repoId, kind, name })))
  return named.find((found) => found !== undefined)
}

/** main is requested most, and can only be a branch. */
function kindsOf(ref: string): readonly RefKind[] {
  if (ref === 'main') return ['branch']
  return isRevisionId(ref) ? ['commit', 'alias', 'branch', 'tag'] : ['alias', 'branch', 'tag']
}
