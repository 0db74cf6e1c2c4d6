import { objectKeys } from '../../../shared/objects/keys.ts'
import { listObjects } from '../../../shared/objects/list-objects.ts'
import { allImportFiles, allImportParts, type ImportItem } from '../../../shared/table/imports.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { stagingKey } from './staged-upload.ts'

/** More than any import has files. */
const stagedMax = 1_000_000

/**
 * Removes an ended import's staged bytes and work items, and takes it off the active list last, so that an interrupted
 * clean-up is repeated. Verified blobs stay, because the next pull can use them.
 */
export async function clearAway(item: ImportItem, { table, objects }: IngestDependencies): Promise<void> {
  const files = await Array.fromAsync(allImportFiles(table, item.id))
  const parts: ItemKey[] = []
  for (const file of files) {
    const { uploadId } = file
    if (uploadId === undefined) continue
    await objects.uploads.abort({ key: stagingKey(item.id, file.path), uploadId })
    for await (const part of allImportParts(table, item.id, file))
      parts.push(keys.importPart(item.id, uploadId, part.partNumber))
  }
  const staged = await listObjects({ objects, prefix: objectKeys.stagingPrefix(item.id), limit: stagedMax })
  await objects.delete({ keys: staged.map(({ key }) => key) })
  // Files last, because the rest is found through them.
  await table.deleteMany(parts)
  await table.deleteMany(files.map(({ path }) => keys.importFile(item.id, path)))
  await table.update(keys.import(item.id), { expression: 'REMOVE activePk, activeSk' })
}
