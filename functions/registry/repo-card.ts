import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { getFile } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'

const cardMaxBytes = 64 * 1024

/** README.md of a revision as text, where there is one and it is small. */
export async function readCard(
  { table, objects }: { table: Table; objects: ObjectStore },
  { repoId, revision }: { repoId: string; revision: string | undefined },
): Promise<string | undefined> {
  const file = revision === undefined ? undefined : await getFile(table, repoId, revision, 'README.md')
  if (file === undefined || file.sizeBytes > cardMaxBytes) return undefined
  const { body } = await objects.get({ key: objectKeys.blob(file.sha256) })
  return Buffer.concat(await Array.fromAsync(body)).toString('utf8')
}
