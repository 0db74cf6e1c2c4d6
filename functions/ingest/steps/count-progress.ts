import { activity } from '../../../shared/table/import-activity.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { TransactAction } from '../../../shared/table/table.ts'

/**
 * The last activity is written at most this often, because it is part of an index key, which every write would move.
 */
const touchMs = 60_000

/**
 * The write that counts an import's progress. It shares a transaction with the write that makes the progress, whose
 * condition holds for one of all deliveries, so that the counts are right at every instant:
 *
 *     a file             is counted as                  on condition that it is
 *     is done            +1 file, its bytes, if whole   pending, in the upload that was read
 *     has another part   + the part's bytes             pending, in this upload, without this part
 *     is restarted       - its bytes                    pending, in the upload that was wrong
 *     was gone           -1 file, - its bytes           done
 *
 * The plan counts blobs that are already here, and `publication` requires that all files count.
 */
export function countProgress({ item, files = 0, bytes, now }: Progress): TransactAction {
  const at = now.toISOString()
  const isDue = now.getTime() - Date.parse(item.updatedAt) >= touchMs
  return {
    update: keys.import(item.id),
    change: {
      expression: `ADD filesDone :files, bytesDone :bytes${isDue ? ' SET updatedAt = :at, activeSk = :active' : ''}`,
      condition: '#state = :state',
      names: { '#state': 'state' },
      values: {
        ':files': files,
        ':bytes': bytes,
        ':state': 'TRANSFERRING',
        ...(isDue && { ':at': at, ':active': activity(at, item.id).activeSk }),
      },
    },
  }
}

interface Progress {
  /** As it was when the step began. */
  item: ImportItem
  files?: number
  bytes: number
  now: Date
}
