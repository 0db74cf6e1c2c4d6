import { inParallel } from '../../../shared/in-parallel.ts'
import { getDeployment } from '../../../shared/table/deployments.ts'
import { keys } from '../../../shared/table/keys.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { freeOf, limitOf } from '../../../shared/table/usage.ts'
import { MaintenanceFault, type Next, type Phase, type Step } from '../jobs/phase.ts'
import { type AnyItem, isDeployment, isRepo } from '../read-pages.ts'
import type { BackupRecord } from './format.ts'
import { readRecord } from './list-backups.ts'
import { readPart } from './write-part.ts'

const concurrency = 16

/** Writes all of the backup over existing items. Idempotent. */
export const writeItems: Phase = {
  name: 'registry',
  run: (step) =>
    partByPart(step, async (items) => {
      const { table } = step.parts
      await table.putMany(await inParallel(items, concurrency, (item) => asLate(item, table)))
      step.count('itemsRestored', items.length)
    }),
}

/** Continues the count of the changes of what exists, so that a write based on an older state fails. */
async function asLate(item: AnyItem, table: Table): Promise<AnyItem> {
  if (isRepo(item)) return countedOn(item, await getRepo(table, item.id))
  if (!isDeployment(item)) return item
  const there = await getDeployment(table, item.name)
  // Somebody paused it since, for a reason that the backup does not know.
  return { ...countedOn(item, there), ...(there?.isPaused === true && { isPaused: true }) }
}

const countedOn = <Item extends AnyItem & Counted>(item: Item, there: Counted | undefined): Item =>
  there?.version === undefined || there.version < (item.version ?? 0) ? item : { ...item, version: there.version + 1 }

interface Counted {
  version?: number | undefined
}

/** Works through the items of the backup, part by part. */
export async function partByPart(step: Step, work: (items: AnyItem[]) => Promise<void>): Promise<Next | undefined> {
  const record = await recordOf(step)
  const ofItems = record.parts.filter(({ kind }) => kind === 'items')
  const at = Number(step.cursor ?? 0)
  const part = ofItems[at]
  if (part === undefined) return undefined
  await work((await readPart<AnyItem>(step.parts.objects, { id: record.id, part })).map(withoutWork))
  return at + 1 < ofItems.length ? { cursor: at + 1 } : undefined
}

/** Running imports are not restored, so none may be counted. */
function withoutWork(item: AnyItem): AnyItem {
  if (!item.pk.startsWith(keys.usage('').pk)) return item
  const limit = item[limitOf('imports')]
  return { ...item, imports: 0, [freeOf('imports')]: typeof limit === 'number' ? limit : 0 }
}

/** The record of the backup that is restored. */
export async function recordOf({ parts, memo }: Step): Promise<BackupRecord> {
  const record = await readRecord(parts.objects, String(memo.backup))
  if (record === undefined) throw new MaintenanceFault('backup_not_found', `The backup ${memo.backup} is gone.`)
  return record
}
