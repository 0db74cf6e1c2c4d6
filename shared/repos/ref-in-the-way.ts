import { keys } from '../table/keys.ts'
import { getRef, type RefItem } from '../table/repos.ts'
import type { Table } from '../table/table.ts'

const namedKinds = ['branch', 'tag', 'alias'] as const

/**
 * The ref that makes a new name ambiguous: one of the same name and any kind, or, as in git, a folder of it or inside
 * it, because `a/b/file` could mean either. Reads a few items, however many refs there are.
 */
export async function refInTheWay(
  table: Table,
  { repoId, name }: { repoId: string; name: string },
): Promise<RefItem | undefined> {
  const same = namedKinds.map((kind) => getRef(table, { repoId, kind, name }))
  const above = foldersOf(name).flatMap((folder) =>
    namedKinds.map((kind) => getRef(table, { repoId, kind, name: folder })),
  )
  const below = namedKinds.map((kind) => firstWithin(table, keys[kind](repoId, `${name}/`)))
  const found = await Promise.all([...same, ...above, ...below])
  return found.find((ref) => ref !== undefined)
}

/** `a/b/c` is inside `a` and `a/b`. */
function foldersOf(name: string): string[] {
  const parts = name.split('/')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'))
}

async function firstWithin(table: Table, { pk, sk }: { pk: string; sk: string }): Promise<RefItem | undefined> {
  const page = await table.query<RefItem>({
    expression: 'pk = :pk AND begins_with(sk, :sk)',
    values: { ':pk': pk, ':sk': sk },
    consistent: true,
    limit: 1,
  })
  return page.items[0]
}
