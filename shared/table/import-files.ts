import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** A file being imported. `direct` files are written to their blob at once, `staged` ones in parts. */
export interface ImportFileItem {
  path: string
  sizeBytes: number
  /** As the source claims; verified once the file is `done`. */
  sha256?: string | undefined
  gitSha1?: string | undefined
  /** The source's ETag when it was listed. */
  etag?: string | undefined
  state: 'pending' | 'done'
  way: 'direct' | 'staged'
  partSizeBytes: number
  partsTotal: number
  partsDone: number
  uploadId?: string | undefined
  /** How often the file was transferred anew because its bytes were wrong. */
  restarts?: number | undefined
}

interface ImportPartItem {
  partNumber: number
  etag: string
}

export const getImportFile = (table: Table, id: string, path: string) =>
  table.get<ImportFileItem>(keys.importFile(id, path))

export const allImportFiles = (table: Table, id: string): AsyncGenerator<ImportFileItem> =>
  table.queryAll<ImportFileItem>({
    expression: 'pk = :pk AND begins_with(sk, :file)',
    values: { ':pk': keys.import(id).pk, ':file': keys.importFile(id, '').sk },
    consistent: true,
  })

/** The parts of a staged file's current upload. */
export async function* allImportParts(table: Table, id: string, file: ImportFileItem): AsyncGenerator<ImportPartItem> {
  if (file.uploadId === undefined) return
  yield* table.queryAll<ImportPartItem>({
    expression: 'pk = :pk',
    values: { ':pk': keys.importPart(id, file.uploadId, 1).pk },
    consistent: true,
  })
}
