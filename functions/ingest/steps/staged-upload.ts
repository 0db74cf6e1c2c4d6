import { createHash } from 'node:crypto'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { getImportFile, type ImportFileItem } from '../../../shared/table/imports.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { IngestDependencies } from '../dependencies.ts'

/** Where a large file is assembled and verified. Its path may contain characters that a key must not. */
export const stagingKey = (importId: string, path: string): string =>
  objectKeys.staging(importId, createHash('sha1').update(path).digest('hex'))

const isTransferring = {
  expression: '#state = :state',
  names: { '#state': 'state' },
  values: { ':state': 'TRANSFERRING' },
}

/** The file's one multipart upload. Of concurrent attempts, the first one recorded wins. */
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
      // An ended import has cleaned up its recorded uploads, so none may be added.
      { check: keys.import(importId), condition: isTransferring },
    ])
    return uploadId
  } catch (error) {
    // This attempt may be the winner: its write succeeded and only the answer was lost.
    const winner = (await getImportFile(table, importId, file.path))?.uploadId
    if (winner !== uploadId) await objects.uploads.abort({ key, uploadId })
    if (winner === undefined) throw error
    return winner
  }
}
