import { parseSource } from '../../../shared/model/source.ts'
import { type DropRecord, getImport, type ImportFileItem, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { allFiles } from '../../../shared/table/repos.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** Reuses the blobs of a drop that was already imported unchanged, so that pulling it transfers nothing again. */
export async function withImportedFiles(
  { item, fingerprint, files }: { item: ImportItem; fingerprint: string; files: readonly ImportFileItem[] },
  { table }: Pick<IngestDependencies, 'table'>,
): Promise<readonly ImportFileItem[]> {
  const source = parseSource(item.source)
  if (source.kind !== 's3-drop') return files
  const last = await table.get<DropRecord>(keys.drop(source.repo, source.version))
  if (last?.state !== 'READY' || last.fingerprint !== fingerprint) return files
  const { repoId, revision } = (await getImport(table, last.importId)) ?? {}
  if (repoId === undefined || revision === undefined) return files
  const known = new Map<string, string>()
  for await (const { path, sha256 } of allFiles(table, repoId, revision)) known.set(path, sha256)
  return files.map((file) => ({ ...file, sha256: known.get(file.path) }))
}
