import { activity } from '../../../shared/table/import-activity.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { TransactAction } from '../../../shared/table/table.ts'

/** When an import last moved is written no more often: it is in the key of an index, which every write would move. */
const touchMs = 60_000

/**
 * The write that counts what has come in of an import that is still under way. It goes into one transaction with the
 * write that makes it so, which holds for one of all deliveries, so that the count is what it counts at every instant:
 *
 *     a file             what is counted                holds where the file is
 *     is done            +1 file, its bytes, if whole   pending, in the very upload that was seen
 *     has another part   + the part's bytes             pending, in this upload, without this part
 *     is moved again     - its bytes                    pending, in the upload that was wrong
 *     was gone           -1 file, - its bytes           done
 *
 * What is held already is counted by the plan; and `publication` is written only where all files count.
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
