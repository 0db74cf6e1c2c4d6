import { inParallel } from '../../../shared/in-parallel.ts'
import type { StepMessage } from '../../../shared/ingest/message.ts'
import { isActiveImport } from '../../../shared/model/import-state.ts'
import { parseSource } from '../../../shared/model/source.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { activity } from '../../../shared/table/import-activity.ts'
import {
  allImportFiles,
  getImport,
  getImportDetails,
  type ImportFileItem,
  type ImportItem,
  workItemExpiry,
} from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { absent, ConditionFailed } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { faults } from '../import-fault.ts'
import { isDropComplete } from './await-drop.ts'
import { chooseFiles } from './choose-files.ts'
import { clearAway } from './clear-away.ts'
import { withImportedFiles } from './dropped-files.ts'
import { withStoredFiles } from './mirrored-files.ts'
import { endAsSame } from './same-drop.ts'
import { sendPending } from './send-transfers.ts'

/** At most this many skipped files are named. */
const skippedMax = 200

/** Lists the source at one fixed revision, decides what to transfer, and sends a message for each piece. */
export async function plan(
  { importId, attempt }: StepMessage<'plan'>,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<void> {
  const item = await getImport(dependencies.table, importId)
  const wrote = item?.state === 'PENDING'
  if (wrote && !(await isDropComplete({ item, attempt }, dependencies))) return
  if (wrote) await writePlan(item, dependencies, signal)
  const planned = await getImport(dependencies.table, importId)
  if (planned?.state === 'TRANSFERRING') await sendWork(planned, dependencies)
  // Work items written after the import has ended would never be cleaned up.
  if (planned !== undefined && !isActiveImport(planned.state) && (wrote || planned.activePk !== undefined))
    await clearAway(planned, dependencies)
}

async function writePlan(item: ImportItem, dependencies: IngestDependencies, signal: AbortSignal) {
  const { table, objects, limits, now } = dependencies
  const listing = await dependencies.openSource(item).list({ signal })
  const { include, exclude } = await getImportDetails(table, item.id)
  const isWhole = (include ?? []).length === 0 && (exclude ?? []).length === 0
  if (isWhole && (await endAsSame({ item, fingerprint: listing.revision }, dependencies))) return
  const { files: chosen, skipped } = chooseFiles({ ...listing, include, exclude, limits })
  const stored = await withStoredFiles({ item, files: chosen }, dependencies)
  const files = await withImportedFiles({ item, fingerprint: listing.revision, files: stored }, dependencies)
  await pinRevision({ item, revision: listing.revision, isWhole }, dependencies)
  await table.update(keys.importDetails(item.id), {
    expression: 'SET skipped = :skipped',
    values: { ':skipped': skipped.slice(0, skippedMax) },
  })

  const expiresAt = workItemExpiry(now())
  await inParallel(files, 16, async (file) => {
    const held = file.sha256 !== undefined && (await objects.head({ key: objectKeys.blob(file.sha256) })) !== undefined
    const entry: ImportFileItem = held ? { ...file, state: 'done' } : file
    // If it exists, another delivery of this message wrote it.
    await conditionHeld(() => table.put({ ...keys.importFile(item.id, file.path), ...entry, expiresAt }, absent))
  })

  // Counted from the table, because a blob may have arrived since an earlier delivery wrote its file.
  const planned = await Array.fromAsync(allImportFiles(table, item.id))
  const held = planned.filter((file) => file.state === 'done')
  const at = now().toISOString()
  await conditionHeld(() =>
    table.update(keys.import(item.id), {
      expression:
        'SET #state = :next, filesTotal = :files, bytesTotal = :bytes, filesDone = :heldFiles, bytesDone = :heldBytes, bytesHeld = :heldBytes, updatedAt = :at, activeSk = :active',
      condition: '#state = :from',
      names: { '#state': 'state' },
      values: {
        ':from': 'PENDING',
        ':next': 'TRANSFERRING',
        ':files': planned.length,
        ':bytes': sizeOf(planned),
        ':heldFiles': held.length,
        ':heldBytes': sizeOf(held),
        ':at': at,
        ':active': activity(at, item.id).activeSk,
      },
    }),
  )
}

/** The first plan pins the source's revision, so that a second one cannot mix two. */
async function pinRevision({ item, revision, isWhole }: Pinned, { table }: IngestDependencies) {
  const isDrop = parseSource(item.source).kind === 's3-drop'
  try {
    await table.update(keys.import(item.id), {
      expression: `SET sourceRevision = :revision${isDrop && isWhole ? ', fingerprint = :revision' : ''}`,
      condition: 'attribute_not_exists(sourceRevision) OR sourceRevision = :revision',
      values: { ':revision': revision },
    })
  } catch (error) {
    if (error instanceof ConditionFailed) throw faults.sourceMoved()
    throw error
  }
}

interface Pinned {
  item: ImportItem
  revision: string
  /** Whether nothing of the drop is left out, so that it need not be imported again. */
  isWhole: boolean
}

async function sendWork({ id }: ImportItem, dependencies: IngestDependencies) {
  if (await sendPending(id, dependencies)) return
  await dependencies.queue.send({ message: { step: 'publish', importId: id, attempt: 1 } })
}

const sizeOf = (files: readonly ImportFileItem[]): number => files.reduce((sum, file) => sum + file.sizeBytes, 0)
