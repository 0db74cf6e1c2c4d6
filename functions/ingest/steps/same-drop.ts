import { parseSource } from '../../../shared/model/source.ts'
import { asSeen } from '../../../shared/table/as-seen.ts'
import { type DropRecord, getImport, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { findRepo, getRef } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { endOfImport } from './end-import.ts'

/**
 * Ends the import of a drop that was imported already, as it is, into the same version, which still stands: that import
 * answers for it. Whether it is the same can be told only here, where the drop is listed.
 */
export async function endAsSame(
  { item, fingerprint }: SameDrop,
  { table, log, now }: IngestDependencies,
): Promise<boolean> {
  const before = await sameImport({ item, fingerprint }, table)
  if (before === undefined) return false
  const end = endOfImport({ item, from: 'PENDING', state: 'READY', sameAs: before.id, now: now() })
  // Where it was not, another delivery of the message has ended it, or goes on with it.
  const isEnded = await asSeen(() => table.transact(end))
  if (isEnded) log.info({ importId: item.id, sameAs: before.id, repo: item.repo }, 'this drop was imported already')
  return true
}

interface SameDrop {
  item: ImportItem
  /** Of what lies there now. */
  fingerprint: string
}

async function sameImport({ item, fingerprint }: SameDrop, table: Table): Promise<ImportItem | undefined> {
  const source = parseSource(item.source)
  if (source.kind !== 's3-drop' || source.repo !== item.repo || item.tag === undefined) return undefined
  const last = await table.get<DropRecord>(keys.drop(source.repo, source.version))
  if (last?.state !== 'READY' || last.fingerprint !== fingerprint) return undefined
  const before = await getImport(table, last.importId)
  if (before?.state !== 'READY' || before.repo !== item.repo || before.tag !== item.tag) return undefined
  const repo = await findRepo(table, { name: item.repo })
  const tag = repo && (await getRef(table, { repoId: repo.id, kind: 'tag', name: item.tag }))
  const stands = repo?.id === before.repoId && tag !== undefined && tag.revision === before.revision
  return stands ? before : undefined
}
