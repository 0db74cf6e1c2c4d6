import { createHash } from 'node:crypto'
import { inParallel } from '../../../shared/in-parallel.ts'
import type { ItemKey } from '../../../shared/table/keys.ts'
import type { TableScan } from '../../../shared/table/scan.ts'
import { createDigestSet, type DigestSet } from '../digest-set.ts'
import { kindOf } from '../item-kinds.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { type AnyItem, scanSome } from '../read-pages.ts'
import { manifestDropper } from './drop-manifests.ts'
import { readRecord } from './list-backups.ts'
import { staysWithRevision } from './named-revisions.ts'
import { readPart } from './write-part.ts'

/** What a new registry has: the built-in admin with its keys. */
const ofTheStart = /^(?:USER#admin|USES#admin|OWNER#admin|PASSWORD#admin|FIRST#|KEY#|AUDIT#|USAGE#)/

/** Whether a registry holds nothing that users created. */
export async function isBare(scan: TableScan): Promise<boolean> {
  let startKey: Record<string, unknown> | undefined
  do {
    const page = await scan({ startKey })
    if (page.items.some((item) => !isPassing(item) && !ofTheStart.test(item.pk))) return false
    startKey = page.nextKey
  } while (startKey !== undefined)
  return true
}

const concurrency = 16

let known: { backup: string; places: DigestSet } | undefined

/** Removes what the backup lacks, except the caller's own account and running work. */
export const removeOthers: Phase = {
  name: 'removal of what is not in it',
  async run(step) {
    const { parts, memo, count } = step
    const backup = String(memo.backup)
    // Cached only once it is complete, so that a retry reads what failed.
    if (known?.backup !== backup) known = { backup, places: await placesOf(step, backup) }
    const { places } = known
    const isSaved = (key: ItemKey) => places.has(digestOf(key))
    return scanSome(step, async (items) => {
      // Anew for each page, because a revision published before its read is named by then.
      const stays = staysWithRevision(parts.table, isSaved)
      const dropManifests = manifestDropper(parts, isSaved)
      const others = await without(
        items.filter((item) => !isKept(step, item) && !isSaved(item)),
        stays,
      )
      // Before the repos, through which they are found; manifests of lost repos stay for a check to restore.
      await dropManifests(others)
      await parts.table.deleteMany(others)
      count('itemsRemoved', others.length)
    })
  },
}

async function without(items: readonly AnyItem[], stays: (item: AnyItem) => Promise<boolean>): Promise<AnyItem[]> {
  const stay = await inParallel(items, concurrency, stays)
  return items.filter((_, at) => !stay[at])
}

function isKept({ job }: Step, item: AnyItem): boolean {
  const { pk, userId } = item
  const by = job.createdBy
  // Replacing the registry must not erase its audit log.
  if (pk.startsWith('AUDIT#') || kindOf(item)?.backup === 'live') return true
  return (
    [`USER#${by}`, `USES#${by}`, `PASSWORD#${by}`].includes(pk) ||
    (pk.startsWith('KEY#') && userId === by) ||
    isOwnName(item, by)
  )
}

/** Whether it belongs to running work, which recreates it. */
const isPassing = (item: AnyItem): boolean => ['work', 'live'].includes(kindOf(item)?.backup ?? '')

const isOwnName = ({ pk, userId }: AnyItem, by: string): boolean =>
  (pk.startsWith('OWNER#') || pk.startsWith('EMAIL#')) && userId === by

async function placesOf({ parts }: Step, backup: string): Promise<DigestSet> {
  const places = createDigestSet()
  const record = await readRecord(parts.objects, backup)
  for (const part of record?.parts.filter(({ kind }) => kind === 'items') ?? [])
    for (const item of await readPart<AnyItem>(parts.objects, { id: backup, part })) places.add(digestOf(item))
  return places
}

const digestOf = ({ pk, sk }: ItemKey): string => createHash('sha256').update(`${pk}\0${sk}`).digest('hex')
