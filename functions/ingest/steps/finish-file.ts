import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { getImport, type ImportFileItem, type ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { countProgress } from './count-progress.ts'

/**
 * Counts a verified file once, however often its message comes, and continues with the publication after the last.
 * @returns whether it was counted; not where it is already done, or is now transferred into another upload
 */
export async function finishFile(
  { item, file, sha256, bytesMoved }: FinishedFile,
  dependencies: IngestDependencies,
): Promise<boolean> {
  const { uploadId } = file
  const isCounted = await conditionHeld(() =>
    dependencies.table.transact([
      {
        update: keys.importFile(item.id, file.path),
        change: {
          expression: 'SET #state = :done, sha256 = :sha256',
          condition: `#state = :pending AND ${uploadId === undefined ? 'attribute_not_exists(uploadId)' : 'uploadId = :upload'}`,
          names: { '#state': 'state' },
          values: {
            ':done': 'done',
            ':pending': 'pending',
            ':sha256': sha256,
            ...(uploadId !== undefined && { ':upload': uploadId }),
          },
        },
      },
      countProgress({ item, files: 1, bytes: bytesMoved, now: dependencies.now() }),
    ]),
  )
  await passOnWhenAllDone(item.id, dependencies)
  return isCounted
}

interface FinishedFile {
  item: ImportItem
  file: ImportFileItem
  sha256: string
  /** Bytes to count now; parts of a staged file were counted on arrival. */
  bytesMoved: number
}

export async function passOnWhenAllDone(importId: string, { table, queue }: IngestDependencies): Promise<void> {
  const item = await getImport(table, importId)
  if (item !== undefined && isAllThere(item)) await queue.send({ message: { step: 'publish', importId, attempt: 1 } })
}

/** Whether files are missing. */
export const isUnderWay = ({ state, filesDone, filesTotal }: ImportItem): boolean =>
  state === 'TRANSFERRING' && filesDone < filesTotal

/** Whether it can be published; `publication` checks this again in its condition. */
export const isAllThere = ({ state, filesDone, filesTotal }: ImportItem): boolean =>
  state === 'TRANSFERRING' && filesDone === filesTotal
