import type { Page } from './table.ts'

interface ReadMerged<Item> {
  owners: readonly (string | undefined)[]
  /** The first items of one owner behind the place where the page before ended, in order. */
  read: (owner: string | undefined, count: number) => Promise<Page<Item>>
  /** What the lists are ordered by; no two items have the same. */
  orderOf: (item: Item) => string
  descending?: boolean
  limit: number
}

/** A page of the lists of several owners, read as one. `next` is the order of its last item, where more follow. */
export async function readMerged<Item>({ owners, read, orderOf, descending = false, limit }: ReadMerged<Item>) {
  const pages = await Promise.all(owners.map((owner) => read(owner, limit + 1)))
  const direction = descending ? -1 : 1
  const ordered = pages.flatMap(({ items }) => items).sort((a, b) => (orderOf(a) < orderOf(b) ? -direction : direction))
  const items = ordered.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last !== undefined && ordered.length > limit ? orderOf(last) : undefined }
}
