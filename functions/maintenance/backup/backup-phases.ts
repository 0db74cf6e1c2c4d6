import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { isActiveImport } from '../../../shared/model/import-state.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { getImport } from '../../../shared/table/imports.ts'
import { kindOf } from '../item-kinds.ts'
import { MaintenanceFault, type Phase, type Step } from '../jobs/phase.ts'
import { type AnyItem, scanSome } from '../read-pages.ts'
import { type BackupRecord, recordName } from './format.ts'
import { readRecord } from './list-backups.ts'
import { addPart, allParts, partsOf } from './own-parts.ts'
import { removeOldBackups, removeUnlistedBlobs } from './retention.ts'
import { copyBlobs, listBlobs } from './save-blobs.ts'

/** Sorts by time: `20261121T024300Z-1a2b3c`. */
const newBackupId = (now: Date): string =>
  `${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`

const begin: Phase = {
  name: 'start',
  async run({ parts, memo }) {
    memo.backup = newBackupId(parts.now())
    memo.itemsOf = {}
    return undefined
  },
}

/** Saves every item, as it is when read, except those of running work. */
const saveItems: Phase = {
  name: 'registry',
  async run(step) {
    const { memo, count } = step
    const saved: AnyItem[] = []
    const isSaved = createChoice(step)
    const next = await scanSome(step, async (items) => {
      for (const item of items) if (await isSaved(item)) saved.push(item)
    })
    await addPart(step, { kind: 'items', at: partsOf(step, 'items'), lines: saved })
    const itemsOf = memo.itemsOf as Record<string, number>
    for (const item of saved) {
      const kind = kindOf(item)?.name ?? ''
      itemsOf[kind] = (itemsOf[kind] ?? 0) + 1
    }
    count('itemsSaved', saved.length)
    return next
  },
}

/** Refuses unknown kinds of items, which would silently be lost. */
function createChoice({ parts }: Step): (item: AnyItem) => Promise<boolean> {
  let known: { of: string; isOver: Promise<boolean> } | undefined
  const isOver = async (importId: string) => {
    const item = await getImport(parts.table, importId)
    return item !== undefined && !isActiveImport(item.state) && item.activePk === undefined
  }
  return async (item) => {
    const kind = kindOf(item)
    if (kind === undefined)
      throw new MaintenanceFault('unknown_item', `There is an item of an unknown kind: ${item.pk.split('#')[0]}.`)
    if (kind.backup !== 'ended') return kind.backup === 'saved'
    if (known?.of !== item.pk) known = { of: item.pk, isOver: isOver(item.pk.slice('IMPORT#'.length)) }
    return known.isOver
  }
}

/** Writes the record of a complete backup, and reads it back. */
const finish: Phase = {
  name: 'record',
  async run(step) {
    const { parts, job, memo, count } = step
    const id = String(memo.backup)
    const written = await allParts(step)
    const blobs = memo.blobs as BackupRecord['blobs']
    const items = written.reduce((sum, { kind, lines }) => sum + (kind === 'items' ? lines : 0), 0)
    if (items !== (job.counts.itemsSaved ?? 0))
      throw new MaintenanceFault(
        'backup_incomplete',
        'Another version of the software began this backup. Start it again.',
      )
    const sizeBytes = written.reduce((sum, part) => sum + part.sizeBytes, 0)
    const record: BackupRecord = {
      format: 1,
      id,
      createdAt: job.createdAt,
      endedAt: parts.now().toISOString(),
      items,
      itemsOf: memo.itemsOf as Record<string, number>,
      sizeBytes,
      ...(blobs && { blobs }),
      parts: written,
    }
    const body = new TextEncoder().encode(`${JSON.stringify(record, null, 1)}\n`)
    await parts.objects.put({ key: objectKeys.backup(id, recordName), body, sizeBytes: body.byteLength })
    if (!isDeepStrictEqual(await readRecord(parts.objects, id), record))
      throw new Error('the record of the backup is not what was written')
    count('bytesSaved', sizeBytes)
    return undefined
  },
}

/**
 * Saves the registry into the bucket, and with `objects` its blobs, too. Concurrent writes are included or not, item by
 * item; `slipway fsck --repair` after a restore fixes the resulting inconsistencies.
 */
export const backupPhases = ({ objects = false }: MaintenanceOptions): Phase[] => [
  begin,
  saveItems,
  ...(objects ? [listBlobs, copyBlobs] : []),
  finish,
  removeOldBackups,
  removeUnlistedBlobs,
]
