import { rangeOf, rangeSize } from '../../../shared/model/ranges.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { getImportFile, type ImportItem, workItemExpiry } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import { absent } from '../../../shared/table/table.ts'
import type { IngestDependencies } from '../dependencies.ts'
import { countProgress } from './count-progress.ts'
import { openRange, type Work } from './open-range.ts'
import { ensureUpload, stagingKey } from './staged-upload.ts'

/** Transfers a part of a large file into its staged upload; the last one has the file verified. */
export async function transferPart(
  { item, file, partNumber, signal }: Work & { partNumber: number },
  dependencies: IngestDependencies,
) {
  const { table, objects, queue } = dependencies
  const { path, sizeBytes, partSizeBytes } = file
  const uploadId = await ensureUpload({ importId: item.id, file }, dependencies)
  if ((await table.get(keys.importPart(item.id, uploadId, partNumber))) === undefined) {
    const range = rangeOf({ partNumber, sizeBytes, partSizeBytes })
    const body = await openRange({ item, file, ...range, signal }, dependencies)
    const part = { key: stagingKey(item.id, path), uploadId, partNumber, sizeBytes: rangeSize(range), body }
    const { etag } = await objects.uploads.putPart(part)
    await recordPart({ item, path, uploadId, partNumber, etag, sizeBytes: part.sizeBytes }, dependencies)
  }
  const now = await getImportFile(table, item.id, path)
  if (now !== undefined && now.partsDone === now.partsTotal)
    await queue.send({ message: { step: 'verify', importId: item.id, path, attempt: 1 } })
}

async function recordPart(part: RecordedPart, { table, now }: IngestDependencies) {
  const { item, path, uploadId, partNumber, etag, sizeBytes } = part
  const expiresAt = workItemExpiry(now())
  await conditionHeld(() =>
    table.transact([
      { put: { ...keys.importPart(item.id, uploadId, partNumber), partNumber, etag, expiresAt }, condition: absent },
      {
        update: keys.importFile(item.id, path),
        change: {
          expression: 'ADD partsDone :one',
          condition: '#state = :pending AND uploadId = :upload',
          names: { '#state': 'state' },
          values: { ':one': 1, ':pending': 'pending', ':upload': uploadId },
        },
      },
      countProgress({ item, bytes: sizeBytes, now: now() }),
    ]),
  )
}

interface RecordedPart {
  item: ImportItem
  path: string
  uploadId: string
  partNumber: number
  etag: string
  sizeBytes: number
}
