import type { TableIndex } from './definition.ts'
import { firstOf } from './first-of.ts'
import { lastCharacter } from './last-character.ts'
import { type RepoEntry, type RepoListName, repoListName } from './repo-lists.ts'
import type { Table } from './table.ts'

/** The orders of lists; `name` sorts by owner and name, `shortName` by name alone. */
export const repoOrders = {
  name: { attribute: 'sk', index: undefined },
  shortName: { attribute: 'nameOrder', index: 'byName' },
  updated: { attribute: 'updatedOrder', index: 'byUpdated' },
  created: { attribute: 'createdOrder', index: 'byCreated' },
  downloads: { attribute: 'downloadsOrder', index: 'byDownloads' },
  size: { attribute: 'sizeOrder', index: 'bySize' },
} as const satisfies Record<string, { attribute: keyof RepoEntry; index: TableIndex | undefined }>

export type RepoOrderName = keyof typeof repoOrders

export interface ReadRepoList {
  /** Merged into one list without duplicates. */
  lists: readonly RepoListName[]
  order: RepoOrderName
  descending?: boolean
  /** In lower case; only for the orders by name. */
  prefix?: string | undefined
  /** The `next` of the previous page. */
  after?: string | undefined
  limit: number
}

/** A page of repos, strongly consistent. Reads at most one page of each list. */
export async function readRepoList(
  table: Table,
  request: ReadRepoList,
): Promise<{ items: RepoEntry[]; next?: string }> {
  const { lists, order, descending = false, after, limit } = request
  const { attribute } = repoOrders[order]
  const pages = await Promise.all(lists.map((list) => readList(table, list, request)))
  const merged = new Map<string, RepoEntry>()
  for (const entry of pages.flat()) if (entry[attribute] !== after) merged.set(entry.id, entry)
  const direction = descending ? -1 : 1
  const ordered = [...merged.values()].sort((a, b) => (a[attribute] < b[attribute] ? -direction : direction))
  const items = ordered.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(last !== undefined && ordered.length > limit && { next: last[attribute] }) }
}

async function readList(
  table: Table,
  list: RepoListName,
  { order, descending = false, prefix = '', after, limit }: ReadRepoList,
) {
  const { attribute, index } = repoOrders[order]
  const [first, last] = [prefix === '' ? ' ' : prefix, `${prefix}${lastCharacter}`]
  const [from, to] = descending ? [first, after ?? last] : [after ?? first, last]
  // A forged cursor, with a range that DynamoDB would refuse.
  if (Buffer.compare(Buffer.from(from), Buffer.from(to)) > 0) return []
  // Includes the last item of the previous page, and one more to see whether a page follows.
  const wanted = limit + 2
  const entries = table.queryAll<RepoEntry>({
    ...(index !== undefined && { index }),
    expression: 'pk = :pk AND #order BETWEEN :from AND :to',
    names: { '#order': attribute },
    values: {
      ':pk': `LIST#${repoListName(list)}`,
      ':from': from,
      ':to': to,
    },
    descending,
    consistent: true,
    limit: wanted,
  })
  return firstOf(entries, wanted)
}
