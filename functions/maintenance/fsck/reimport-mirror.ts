import { startImport } from '../../../shared/ingest/start-import.ts'
import { isMirror } from '../../../shared/mirror/mirrored-repo.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { fullName } from '../../../shared/table/repo-item.ts'
import { getRepo, type RevisionItem } from '../../../shared/table/repos.ts'
import type { CheckParts } from './discrepancy.ts'

/**
 * Restores a mirror's lost content from its upstream Hub by importing the same commit, because nobody can pull into a
 * mirror. @returns nothing for any other revision
 */
export async function reimportMirror(
  { repoId, source: from, sourceRevision, createdBy }: RevisionItem,
  { table, ingest, now }: Pick<CheckParts, 'table' | 'ingest' | 'now'>,
): Promise<(() => Promise<unknown>) | undefined> {
  const repo = await getRepo(table, repoId)
  if (repo?.mirror === undefined || !isMirror(repo) || !from.startsWith('hf://')) return undefined
  const { mirror, visibility } = repo
  const name = fullName(repo)
  const upstream = mirror.slice(0, -`/${name}`.length)
  const request = { source: parseSource(from), repo: name, sourceRevision, mirror: { upstream, visibility }, createdBy }
  return () => startImport({ table, queue: ingest, now: now(), ...request })
}
