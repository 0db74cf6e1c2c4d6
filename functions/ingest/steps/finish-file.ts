import { getImport, type ImportFileItem, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { countProgress } from './count-progress.ts'

/** Counts a verified file once, however often its message comes, and goes on to publish after the last. */
export async function finishFile({ item, file, sha256, bytesMoved }: FinishedFile, dependencies: IngestDependencies) {
  try {
    await dependencies.table.transact([
      {
        update: keys.importFile(item.id, file.path),
        change: {
          expression: 'SET #state = :done, sha256 = :sha256',
          condition: '#state = :pending',
          names: { '#state': 'state' },
          values: { ':done': 'done', ':pending': 'pending', ':sha256': sha256 },
        },
      },
      countProgress({ item, files: 1, bytes: bytesMoved, now: dependencies.now() }),
    ])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
  await passOnWhenAllDone(item.id, dependencies)
}

interface FinishedFile {
  item: ImportItem
  file: ImportFileItem
  sha256: string
  /** Bytes that count now; the parts of a staged file were counted as they came. */
  bytesMoved: number
}

export async function passOnWhenAllDone(importId: string, { table, queue }: IngestDependencies): Promise<void> {
  const item = await getImport(table, importId)
  if (item?.state === 'TRANSFERRING' && item.filesDone === item.filesTotal)
    await queue.send({ message: { step: 'publish', importId, attempt: 1 } })
}
