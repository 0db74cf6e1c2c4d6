import { createHash } from 'node:crypto'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { getImportFile, type ImportFileItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** Where a large file is put together before it is verified. Its path may hold what a key should not. */
export const stagingKey = (importId: string, path: string): string =>
  objectKeys.staging(importId, createHash('sha1').update(path).digest('hex'))

const isTransferring = {
  expression: '#state = :state',
  names: { '#state': 'state' },
  values: { ':state': 'TRANSFERRING' },
}

/** The file's one multipart upload. Of several that start it at once, the first to record it wins. */
export async function ensureUpload(
  { importId, file }: { importId: string; file: ImportFileItem },
  { table, objects }: IngestDependencies,
): Promise<string> {
  if (file.uploadId !== undefined) return file.uploadId
  const key = stagingKey(importId, file.path)
  const { uploadId } = await objects.uploads.create({ key })
  try {
    await table.transact([
      {
        update: keys.importFile(importId, file.path),
        change: {
          expression: 'SET uploadId = :id',
          condition: '#state = :pending AND attribute_not_exists(uploadId)',
          names: { '#state': 'state' },
          values: { ':id': uploadId, ':pending': 'pending' },
        },
      },
      // An import that has ended clears away the uploads that are recorded, so none may be added to them.
      { check: keys.import(importId), condition: isTransferring },
    ])
    return uploadId
  } catch (error) {
    // The winner may be this very one: its write was made and only the answer was lost.
    const winner = (await getImportFile(table, importId, file.path))?.uploadId
    if (winner !== uploadId) await objects.uploads.abort({ key, uploadId })
    if (winner === undefined) throw error
    return winner
  }
}
