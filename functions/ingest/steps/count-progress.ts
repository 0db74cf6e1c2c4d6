import { activity } from '../../../shared/table/import-activity.ts'
import type { ImportItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { TransactAction } from '../../../shared/table/table.ts'

/** When an import last moved is written no more often: it is in the key of an index, which every write would move. */
const touchMs = 60_000

/** The write that counts what has come in of an import that is still under way. */
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
