import { inParallel } from '../../../shared/in-parallel.ts'
import { asSeen } from '../../../shared/table/as-seen.ts'
import { keys } from '../../../shared/table/keys.ts'
import { absent } from '../../../shared/table/table.ts'
import { freeOf, limitOf } from '../../../shared/table/usage.ts'
import { MaintenanceFault, type Phase, type Step } from '../jobs/phase.ts'
import type { AnyItem } from '../read-pages.ts'
import type { BackupRecord } from './format.ts'
import { readRecord } from './list-backups.ts'
import { readPart } from './write-part.ts'

/** Writing a part again changes nothing. */
export const writeItems: Phase = {
  name: 'registry',
  async run(step) {
    const { parts, job, count } = step
    const record = await recordOf(step)
    const ofItems = record.parts.filter(({ kind }) => kind === 'items')
    const at = Number(step.cursor ?? 0)
    const part = ofItems[at]
    if (part === undefined) return undefined
    const items = (await readPart<AnyItem>(parts.objects, { id: record.id, part })).map(withoutWork)
    if (job.options.mode === 'merge') count('itemsRestored', await addMissing(step, items))
    else {
      await parts.table.putMany(items)
      count('itemsRestored', items.length)
    }
    return at + 1 < ofItems.length ? { cursor: at + 1 } : undefined
  },
}

async function addMissing({ parts }: Step, items: readonly AnyItem[]): Promise<number> {
  const added = await inParallel(items, 16, (item) => asSeen(() => parts.table.put(item, absent)))
  return added.filter(Boolean).length
}

/** Imports that were under way are not restored, so nobody has any of them. */
function withoutWork(item: AnyItem): AnyItem {
  if (!item.pk.startsWith(keys.usage('').pk)) return item
  const limit = item[limitOf('imports')]
  return { ...item, imports: 0, [freeOf('imports')]: typeof limit === 'number' ? limit : 0 }
}

/** What the backup that is brought back says of itself. */
export async function recordOf({ parts, memo }: Step): Promise<BackupRecord> {
  const record = await readRecord(parts.objects, String(memo.backup))
  if (record === undefined) throw new MaintenanceFault('backup_not_found', `The backup ${memo.backup} is gone.`)
  return record
}
