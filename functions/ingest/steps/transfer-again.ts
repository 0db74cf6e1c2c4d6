import {
  allImportFiles,
  allImportParts,
  getImportFile,
  type ImportFileItem,
  type ImportItem,
} from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { countProgress } from './count-progress.ts'
import { sendTransfers } from './send-transfers.ts'

/** Transfers files again whose blobs a collection removed before a revision named them. */
export async function transferAgain(
  { item, missing }: { item: ImportItem; missing: readonly string[] },
  dependencies: IngestDependencies,
): Promise<void> {
  const gone = new Set(missing)
  for await (const file of allImportFiles(dependencies.table, item.id))
    if (file.sha256 !== undefined && gone.has(file.sha256)) await bringFile({ item, file }, dependencies)
  dependencies.log.warn(
    { files: missing.length },
    'blobs that were here are gone, and their files are transferred again',
  )
}

async function bringFile({ item, file }: { item: ImportItem; file: ImportFileItem }, dependencies: IngestDependencies) {
  const { table, now } = dependencies
  const parts = await Array.fromAsync(allImportParts(table, item.id, file))
  try {
    await table.transact([
      {
        update: keys.importFile(item.id, file.path),
        change: {
          expression: 'SET #state = :pending, partsDone = :none REMOVE uploadId',
          condition: '#state = :done',
          names: { '#state': 'state' },
          values: { ':pending': 'pending', ':done': 'done', ':none': 0 },
        },
      },
      countProgress({ item, files: -1, bytes: -file.sizeBytes, now: now() }),
    ])
  } catch (error) {
    // Another delivery of this message did it, or the import has ended.
    if (error instanceof ConditionFailed) return
    throw error
  }
  const { uploadId = '' } = file
  await table.deleteMany(parts.map(({ partNumber }) => keys.importPart(item.id, uploadId, partNumber)))
  const fresh = await getImportFile(table, item.id, file.path)
  if (fresh !== undefined) await sendTransfers({ importId: item.id, file: fresh }, dependencies)
}
