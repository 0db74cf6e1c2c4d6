import type { ImportFileItem, ImportItem } from '../../../shared/table/imports.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** The transfer of a file, or of a part of it. */
export interface Work {
  item: ImportItem
  file: ImportFileItem
  signal: AbortSignal
}

/** Opens a range of a file at the import's source. */
export async function openRange(
  { item, file, start, end, signal }: Work & { start: number; end: number },
  { openSource }: IngestDependencies,
) {
  const { path, sizeBytes, sha256, gitSha1, etag } = file
  const names = { ...(sha256 && { sha256 }), ...(gitSha1 && { gitSha1 }), ...(etag && { etag }) }
  const wanted = { path, sizeBytes, ...names }
  return openSource(item).open({ file: wanted, revision: item.sourceRevision ?? '', start, end, signal })
}
