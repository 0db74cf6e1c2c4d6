import { inParallel } from '../../../shared/in-parallel.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { type DropRecord, getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { allFiles, findRepo, getRef, type RefItem } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { endOfImport } from './end-import.ts'

/**
 * Ends the import of a drop that is already imported unchanged into a version that still exists completely, and refers
 * to that import's result. The same goes for one that failed on the existing version, which would fail again. Only
 * known here, where the drop is listed.
 */
export async function endAsSame(
  { item, fingerprint }: SameDrop,
  { table, objects, log, now }: IngestDependencies,
): Promise<boolean> {
  const before = await sameImport({ item, fingerprint }, table)
  if (before === undefined || !(await hasContents(before, { table, objects }))) return false
  const state = before.state === 'FAILED' ? 'FAILED' : 'READY'
  const { failure } = before
  const end = endOfImport({ item, from: 'PENDING', state, failure, sameAs: before.id, now: now() })
  // Otherwise another delivery has ended it, or is running it.
  const isEnded = await conditionHeld(() => table.transact(end))
  const said = state === 'READY' ? 'this drop was imported already' : 'this drop was tried already'
  if (isEnded) log.info({ importId: item.id, sameAs: before.id, repo: item.repo }, said)
  return true
}

interface SameDrop {
  item: ImportItem
  /** The fingerprint of the current drop. */
  fingerprint: string
}

const looksAtOnce = 16

/** Pulling again restores a version that has lost content. */
async function hasContents(
  { state, repoId, revision = '' }: ImportItem,
  { table, objects }: Pick<IngestDependencies, 'table' | 'objects'>,
): Promise<boolean> {
  if (state !== 'READY') return true
  const files = await Array.fromAsync(allFiles(table, repoId, revision))
  const blobs = await inParallel(files, looksAtOnce, ({ sha256 }) => objects.head({ key: objectKeys.blob(sha256) }))
  return blobs.every((blob) => blob !== undefined)
}

async function sameImport({ item, fingerprint }: SameDrop, table: Table): Promise<ImportItem | undefined> {
  const source = parseSource(item.source)
  if (source.kind !== 's3-drop' || source.repo !== item.repo || item.tag === undefined) return undefined
  const last = await table.get<DropRecord>(keys.drop(source.repo, source.version))
  if (last?.fingerprint !== fingerprint) return undefined
  const before = await getImport(table, last.importId)
  if (before?.repo !== item.repo || before.tag !== item.tag) return undefined
  const repo = await findRepo(table, { name: item.repo })
  const tag = repo && (await getRef(table, { repoId: repo.id, kind: 'tag', name: item.tag }))
  if (tag === undefined) return undefined
  if (before.state === 'READY')
    return repo?.id === before.repoId && tag.revision === before.revision ? before : undefined
  return isPull(item) && failedBecauseOf(tag, before) ? before : undefined
}

/** Writing the marker anew means try again; the watcher passes the fingerprint it found. */
const isPull = ({ fingerprint }: ImportItem): boolean => fingerprint === undefined

/** Versions are immutable. */
const failedBecauseOf = (tag: RefItem, { state, failure, updatedAt }: ImportItem): boolean =>
  state === 'FAILED' && failure?.code === 'version_exists' && tag.updatedAt <= updatedAt
