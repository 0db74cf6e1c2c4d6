import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import type { Table, TransactAction } from '../../../shared/table/table.ts'
import { countUse } from '../../../shared/table/usage.ts'
import type { Phase } from '../jobs/phase.ts'
import type { MaintenanceParts } from '../parts.ts'
import { isRepo, scanSome } from '../read-pages.ts'
import { removeManifests } from '../remove-manifests.ts'
import { cutoffsOf } from './cutoffs.ts'

/** Removes deleted repos past their grace period, one transaction each; they cannot be restored afterwards. */
export const beginPurges: Phase = {
  name: 'deleted repos',
  run: (step) =>
    scanSome(step, async (items) => {
      const { deletedRepo } = cutoffsOf(step.job)
      for (const item of items.filter(isRepo)) {
        if (item.deletedAt === undefined || item.deletedAt >= deletedRepo) continue
        if (step.job.options.dryRun === true || (await beginPurge(step.parts.table, item, step.parts.now())))
          step.count('reposPurged')
      }
    }),
}

/** @returns whether it was unchanged; somebody may have restored it */
async function beginPurge(table: Table, repo: RepoItem, now: Date): Promise<boolean> {
  const isSame = {
    expression: 'version = :version AND deletedAt = :deletedAt',
    values: { ':version': repo.version, ':deletedAt': repo.deletedAt },
  }
  const isOurs = { expression: 'attribute_not_exists(pk) OR repoId = :id', values: { ':id': repo.id } }
  const unlisting: TransactAction[] = entriesOf(repo).map(({ pk, sk }) => ({ delete: { pk, sk } }))
  const isTaken = await conditionHeld(() =>
    table.transact([
      { delete: keys.repo(repo.id), condition: isSame },
      ...unlisting,
      { put: { ...keys.purge(repo.id), owner: repo.owner, since: now.toISOString() } },
      countUse({ owner: repo.owner, what: 'repos', by: -1 }),
    ]),
  )
  const name = keys.repoName(repo.kind, fullName(repo))
  if (isTaken) await conditionHeld(() => table.transact([{ delete: name, condition: isOurs }]))
  return isTaken
}

const purgesAtOnce = 10

/** Removes what is left of purged repos, their manifests first so that nothing restores them. */
export const finishPurges: Phase = {
  name: 'parts of deleted repos',
  async run({ parts, job, count }) {
    if (job.options.dryRun === true) return undefined
    const { pk } = keys.purge('')
    const query = { expression: 'pk = :pk', values: { ':pk': pk }, limit: purgesAtOnce, consistent: true }
    const { items } = await parts.table.query<ItemKey>(query)
    for (const { sk: repoId } of items) count('itemsFreed', await finishPurge(parts, repoId))
    return items.length === 0 ? undefined : { cursor: items.at(-1)?.sk }
  },
}

async function finishPurge({ table, objects }: MaintenanceParts, repoId: string): Promise<number> {
  await removeManifests(objects, repoId)
  const parts = await Array.fromAsync(partition(table, keys.repo(repoId).pk))
  let removed = parts.length
  for (const { sk } of parts) {
    const [, revision] = /^(?:REVISION|PENDING)#(.+)$/.exec(sk) ?? []
    if (revision !== undefined) removed += await removePartition(table, keys.revisionFile(repoId, revision, '').pk)
  }
  // After the files, which are found through them.
  await table.deleteMany(parts)
  await table.delete(keys.purge(repoId))
  return removed
}

async function removePartition(table: Table, pk: string): Promise<number> {
  const items = await Array.fromAsync(partition(table, pk))
  await table.deleteMany(items)
  return items.length
}

const partition = (table: Table, pk: string): AsyncGenerator<ItemKey> =>
  table.queryAll<ItemKey>({ expression: 'pk = :pk', values: { ':pk': pk }, consistent: true })
