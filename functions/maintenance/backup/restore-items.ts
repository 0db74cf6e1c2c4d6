import { inParallel } from '../../../shared/in-parallel.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { RepoItem } from '../../../shared/table/repo-item.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { freeOf, limitOf } from '../../../shared/table/usage.ts'
import { MaintenanceFault, type Next, type Phase, type Step } from '../jobs/phase.ts'
import { type AnyItem, isRepo } from '../read-pages.ts'
import type { BackupRecord } from './format.ts'
import { readRecord } from './list-backups.ts'
import { readPart } from './write-part.ts'

const atOnce = 16

/** Writes all of the backup over existing items. Idempotent. */
export const writeItems: Phase = {
  name: 'registry',
  run: (step) =>
    partByPart(step, async (items) => {
      const { table } = step.parts
      await table.putMany(await inParallel(items, atOnce, async (item) => (isRepo(item) ? asLate(item, table) : item)))
      step.count('itemsRestored', items.length)
    }),
}

/** Continues the count of an existing repo's changes, so that a write based on an older state fails. */
async function asLate(repo: AnyItem & RepoItem, table: Table): Promise<AnyItem> {
  const { version = 0 } = (await getRepo(table, repo.id)) ?? {}
  return version < repo.version ? repo : { ...repo, version: version + 1 }
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
