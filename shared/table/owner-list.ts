import { decodePosition, encodePosition } from './cursor.ts'
import { lists } from './keys.ts'
import type { OwnerItem } from './owners.ts'
import type { Table } from './table.ts'

/** Every namespace by name, for platform admins, including those without members. */
async function listOwners(
  table: Table,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ items: OwnerItem[]; next: string | undefined }> {
  const { items, nextKey } = await table.query<OwnerItem & { listSk: string }>({
    index: 'byList',
    expression: `listPk = :list${after === undefined ? '' : ' AND listSk > :after'}`,
    values: { ':list': lists.owners, ...(after !== undefined && { ':after': after }) },
    limit,
  })
  const standing = items.filter(({ deletedAt }) => deletedAt === undefined)
  return { items: standing, next: nextKey === undefined ? undefined : items.at(-1)?.listSk }
}

/** Sorts before every name. */
const beforeAll = ' '

/** Every namespace, starting with the admin's own even if unused. @throws AppError */
export async function pageOfOwners(
  table: Table,
  { own, limit, cursor }: { own: string; limit: number; cursor?: string | undefined },
): Promise<{ items: Pick<OwnerItem, 'name' | 'kind'>[]; cursor?: string | undefined }> {
  const after = decodePosition(cursor, 'owners')
  const before = cursor === undefined ? [{ name: own, kind: 'user' as const }] : []
  const room = limit - before.length
  const page = room === 0 ? { items: [], next: beforeAll } : await listOwners(table, { after, limit: room })
  const others = page.items.filter(({ name }) => name.toLowerCase() !== own.toLowerCase())
  return {
    items: [...before, ...others],
    cursor: page.next === undefined ? undefined : encodePosition(page.next, 'owners'),
  }
}
