import { isActiveImport } from '../../../shared/model/import-state.ts'
import type { HeldBlobItem } from '../../../shared/table/held-blobs.ts'
import { keys, lists } from '../../../shared/table/keys.ts'
import { quietImports } from '../../../shared/table/quiet-imports.ts'
import { splitName } from '../../../shared/table/repo-item.ts'
import { type RepoEntry, repoListName } from '../../../shared/table/repo-lists.ts'
import type { Table } from '../../../shared/table/table.ts'
import type { Counted } from '../../../shared/table/usage.ts'
import type { CheckParts } from './discrepancy.ts'

/** The actual number of everything that is counted. */
export const counts: Record<Counted, (owner: string, parts: CheckParts) => Promise<number>> = {
  repos: async (owner, { table }) => (await reposOf(table, owner)).length,
  async storedBytes(owner, { table }) {
    let bytes = 0
    for await (const { sizeBytes } of heldBlobs(table, owner)) bytes += sizeBytes
    return bytes
  },
  imports: (owner, parts) => importsOf(owner, parts),
  deployments: (owner, { table }) => deploymentsOf(table, owner),
}

export const heldBlobs = (table: Table, owner: string): AsyncGenerator<HeldBlobItem & { sk: string }> =>
  table.queryAll({ expression: 'pk = :pk', values: { ':pk': keys.heldBlob(owner, '').pk }, consistent: true })

/** Includes deleted ones, which count until they are purged. */
export async function reposOf(table: Table, owner: string): Promise<string[]> {
  const found: string[] = []
  for (const kind of ['model', 'dataset'] as const)
    for (const status of ['active', 'deleted'] as const) {
      const { pk } = keys.repoEntry(repoListName({ kind, status, audience: { owner } }), '')
      const entries = table.queryAll<RepoEntry>({ expression: 'pk = :pk', values: { ':pk': pk }, consistent: true })
      for await (const { id } of entries) found.push(id)
    }
  return found
}

async function importsOf(owner: string, { table, now }: CheckParts): Promise<number> {
  let count = 0
  for await (const { repo, state } of quietImports(table, new Date(now().getTime() + 86_400_000)))
    if (isActiveImport(state) && splitName(repo).owner.toLowerCase() === owner.toLowerCase()) count++
  return count
}

async function deploymentsOf(table: Table, owner: string): Promise<number> {
  const list = table.queryAll({
    index: 'byOwner',
    expression: 'ownerPk = :list',
    values: { ':list': lists.deploymentsOf(owner) },
  })
  return (await Array.fromAsync(list)).length
}
