import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { getRepo, getRevision } from '../../../shared/table/repos.ts'
import { absent, type Table, type TransactAction } from '../../../shared/table/table.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { type AnyItem, scanSome } from '../read-pages.ts'
import { cutoffsOf } from './cutoffs.ts'
import { dropEmptyOrganisation } from './empty-organisation.ts'

/** With the check, the most that a transaction takes. */
const deletesAtOnce = 99
/** How long expired items are kept for whoever still uses them. */
const expiredMs = 24 * 3_600_000

/** Removes abandoned items: unpublished revisions, names that lead nowhere, empty namespaces, expired items. */
export const leftovers: Phase = {
  name: 'leftovers',
  run(step) {
    let seen = ''
    return scanSome(step, async (items) => {
      for (const item of items) {
        await dropExpired(step, item)
        if (item.pk.startsWith('NAME#')) await dropDeadName(step, item)
        if (item.pk.startsWith('OWNER#') && item.sk === 'OWNER') await dropEmptyOrganisation(step, item)
        if (item.pk.startsWith('REPO#') && item.sk.startsWith('PENDING#')) await dropPending(step, item)
        if (!item.pk.startsWith('FILES#') || item.pk === seen) continue
        seen = item.pk
        await dropNobodysFiles(step, item.pk)
      }
    })
  },
}

async function dropExpired({ parts, job, count }: Step, { pk, sk, expiresAt }: AnyItem) {
  if (typeof expiresAt !== 'number' || expiresAt * 1000 >= parts.now().getTime() - expiredMs) return
  if (job.options.dryRun === true) return count('itemsFreed')
  const condition = { expression: 'expiresAt = :seen', values: { ':seen': expiresAt } }
  if (await conditionHeld(() => parts.table.transact([{ delete: { pk, sk }, condition }]))) count('itemsFreed')
}

/** A name that leads to a repo that is gone: a former one, or that of a purged repo. */
async function dropDeadName({ parts, job, count }: Step, { pk, sk, repoId, redirectedAt }: AnyItem) {
  if (typeof repoId !== 'string' || (await getRepo(parts.table, repoId)) !== undefined) return
  // A claimed name without its repo is a discrepancy rather than garbage, unless the repo was purged.
  if (redirectedAt === undefined) return
  if (job.options.dryRun === true) return count('itemsFreed')
  const condition = {
    expression: 'repoId = :id AND attribute_exists(redirectedAt)',
    values: { ':id': repoId },
  }
  if (await conditionHeld(() => parts.table.transact([{ delete: { pk, sk }, condition }]))) count('itemsFreed')
}

/**
 * Marks an unpublished revision, then removes its files on condition of the mark. Whoever writes the same revision
 * again removes the mark first, which protects the new files.
 */
async function dropPending({ parts, job, count }: Step, item: AnyItem) {
  const { table } = parts
  const { startedAt, repoId, revision } = item as AnyItem & Record<'startedAt' | 'repoId' | 'revision', string>
  if (startedAt >= cutoffsOf(job).unneeded) return
  count('revisionsFreed')
  if (job.options.dryRun === true) return
  const key = keys.pendingRevision(repoId, revision)
  const isSame = { expression: 'startedAt = :seen', values: { ':seen': startedAt } }
  const marking = { ...isSame, expression: 'SET sweptBy = :job', condition: isSame.expression }
  const marked = { ...marking, values: { ...marking.values, ':job': job.id } }
  if (!(await conditionHeld(() => table.update(key, marked)))) return
  const isMarked = { expression: 'sweptBy = :job', values: { ':job': job.id } }
  // A revision that is published again already has its files.
  const isPublished = (await getRevision(table, repoId, revision)) !== undefined
  if (!isPublished) {
    const checks: TransactAction[] = [
      { check: key, condition: isMarked },
      { check: keys.revision(repoId, revision), condition: absent },
    ]
    count('itemsFreed', await dropFiles(table, keys.revisionFile(repoId, revision, '').pk, checks))
  }
  if (await conditionHeld(() => table.transact([{ delete: key, condition: isMarked }]))) count('itemsFreed')
}

/** Files of a revision that neither exists nor is being written, left by a collection that died. */
async function dropNobodysFiles({ parts, job, count }: Step, pk: string) {
  const { table } = parts
  const [, repoId = '', revision = ''] = pk.split('#')
  // In this order, because a publication replaces the mark by the revision.
  if ((await table.get(keys.pendingRevision(repoId, revision))) !== undefined) return
  if ((await getRevision(table, repoId, revision)) !== undefined) return
  // A lost revision with a manifest can be restored, so its files are no garbage.
  const { objects } = parts
  if ((await objects.head({ key: `manifests/${repoId}/${revision}.json` })) !== undefined) return
  if (job.options.dryRun === true) return
  const checks: TransactAction[] = [keys.pendingRevision(repoId, revision), keys.revision(repoId, revision)].map(
    (check) => ({ check, condition: absent }),
  )
  count('itemsFreed', await dropFiles(table, pk, checks))
}

async function dropFiles(table: Table, pk: string, checks: TransactAction[]): Promise<number> {
  let removed = 0
  const most = deletesAtOnce - checks.length
  for (;;) {
    const page = await table.query<AnyItem>({
      expression: 'pk = :pk',
      values: { ':pk': pk },
      limit: most,
      consistent: true,
    })
    if (page.items.length === 0) return removed
    const deletes = page.items.map(({ pk, sk }) => ({ delete: { pk, sk } }))
    if (!(await conditionHeld(() => table.transact([...checks, ...deletes])))) return removed
    removed += deletes.length
  }
}
