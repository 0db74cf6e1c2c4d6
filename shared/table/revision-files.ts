import { pathFault } from '../model/file-path.ts'
import type { RevisionFile } from '../model/revision-id.ts'
import { keys } from './keys.ts'
import { fileKey, lookupsOf } from './lookups.ts'
import type { Page, Table } from './table.ts'

/** Files by path, all or those under `prefix`, after the previous page. */
export const listFiles = (
  table: Table,
  { repoId, revision, prefix = '', after, startKey, ...page }: ListFilesInput,
): Promise<Page<RevisionFile>> =>
  table.query<RevisionFile>({
    expression: `pk = :pk${prefix === '' ? '' : ' AND begins_with(sk, :prefix)'}`,
    values: { ':pk': keys.revisionFile(repoId, revision, '').pk, ...(prefix !== '' && { ':prefix': prefix }) },
    startKey: after === undefined ? startKey : { ...keys.revisionFile(repoId, revision, after) },
    ...page,
  })

interface ListFilesInput {
  repoId: string
  revision: string
  prefix?: string
  limit?: number
  startKey?: Record<string, unknown> | undefined
  /** Start after this text, instead of a `startKey`. */
  after?: string | undefined
  consistent?: boolean
}

export const allFiles = (table: Table, repoId: string, revision: string): AsyncGenerator<RevisionFile> =>
  table.queryAll<RevisionFile>({
    expression: 'pk = :pk',
    values: { ':pk': keys.revisionFile(repoId, revision, '').pk },
    consistent: true,
  })

/** A file of a revision that the caller has just read. An invalid path matches no file, and must not become a key. */
export async function getFile(
  table: Table,
  repoId: string,
  revision: string,
  path: string,
): Promise<RevisionFile | undefined> {
  const { files } = lookupsOf(table)
  const key = fileKey(repoId, revision, path)
  const known = files.get(key)
  if (known !== undefined) return known
  if (pathFault(path) !== undefined) return undefined
  const file = await table.get<RevisionFile>(keys.revisionFile(repoId, revision, path))
  if (file !== undefined) files.set(key, file)
  return file
}
