import {
  allImportParts,
  getImport,
  getImportFile,
  type ImportFileItem,
  type ImportItem,
} from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import type { ImportFault } from '../import-fault.ts'
import { countProgress } from './count-progress.ts'
import { sendTransfers } from './send-transfers.ts'
import { stagingKey } from './staged-upload.ts'

/** How often a file with wrong bytes is transferred again before the import fails. */
const restartsMax = 2

/** Drops a staged file's parts and transfers it again into a new upload. @throws ImportFault after some tries */
export async function restartFile({ item, file, fault }: Restart, dependencies: IngestDependencies): Promise<void> {
  const { table, objects, log, now } = dependencies
  const importId = item.id
  const { path, uploadId, restarts = 0 } = file
  if (restarts >= restartsMax) throw fault
  const parts = await Array.fromAsync(allImportParts(table, importId, file))
  try {
    await table.transact([
      {
        update: keys.importFile(importId, path),
        change: {
          expression: 'SET partsDone = :none, restarts = :restarts REMOVE uploadId',
          condition: '#state = :pending AND uploadId = :upload',
          names: { '#state': 'state' },
          values: { ':none': 0, ':restarts': restarts + 1, ':pending': 'pending', ':upload': uploadId },
        },
      },
      countProgress({ item, bytes: -file.sizeBytes, now: now() }),
    ])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
    // Another delivery did it, or the import has ended and was cleaned up.
    if ((await getImport(table, importId))?.state !== 'TRANSFERRING')
      await objects.delete({ keys: [stagingKey(importId, path)] })
    return
  }
  log.warn({ path, restarts: restarts + 1 }, `moved again: ${fault.message}`)
  await table.deleteMany(parts.map(({ partNumber }) => keys.importPart(importId, uploadId ?? '', partNumber)))
  const fresh = await getImportFile(table, importId, path)
  if (fresh !== undefined) await sendTransfers({ importId, file: fresh }, dependencies)
}

interface Restart {
  item: ImportItem
  file: ImportFileItem
  fault: ImportFault
}
