import { keys } from './keys.ts'
import type { Table } from './table.ts'

/** One file on its way in. `direct` files go to their blob in one write, `staged` ones in parts. */
export interface ImportFileItem {
  path: string
  sizeBytes: number
  /** What the source claims; what was found once the file is `done`. */
  sha256?: string | undefined
  gitSha1?: string | undefined
  /** What the source called the content when it was listed. */
  etag?: string | undefined
  state: 'pending' | 'done'
  way: 'direct' | 'staged'
  partSizeBytes: number
  partsTotal: number
  partsDone: number
  uploadId?: string | undefined
  /** How often the file was moved again from its start because its bytes were wrong. */
  restarts?: number | undefined
}

export interface ImportPartItem {
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

/** The parts that are in a staged file's present upload. */
export async function* allImportParts(table: Table, id: string, file: ImportFileItem): AsyncGenerator<ImportPartItem> {
  if (file.uploadId === undefined) return
  yield* table.queryAll<ImportPartItem>({
    expression: 'pk = :pk',
    values: { ':pk': keys.importPart(id, file.uploadId, 1).pk },
    consistent: true,
  })
}
