import { getImport, type ImportFileItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** Counts a verified file once, however often its message comes, and goes on to publish after the last. */
export async function finishFile(
  { importId, file, sha256, bytesMoved }: FinishedFile,
  dependencies: IngestDependencies,
) {
  const at = dependencies.now().toISOString()
  try {
    await dependencies.table.transact([
      {
        update: keys.importFile(importId, file.path),
        change: {
          expression: 'SET #state = :done, sha256 = :sha256',
          condition: '#state = :pending',
          names: { '#state': 'state' },
          values: { ':done': 'done', ':pending': 'pending', ':sha256': sha256 },
        },
      },
      {
        update: keys.import(importId),
        change: {
          expression: 'ADD filesDone :one, bytesDone :moved SET updatedAt = :at, activeSk = :active',
          condition: '#state = :state',
          names: { '#state': 'state' },
          values: {
            ':one': 1,
            ':moved': bytesMoved,
            ':at': at,
            ':active': `${at}#${importId}`,
            ':state': 'TRANSFERRING',
          },
        },
      },
    ])
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error
  }
  await passOnWhenAllDone(importId, dependencies)
}

interface FinishedFile {
  importId: string
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
