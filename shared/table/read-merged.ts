import type { Page } from './table.ts'

interface ReadMerged<Item> {
  owners: readonly (string | undefined)[]
  /** One owner's first items after the previous page, in order. */
  read: (owner: string | undefined, count: number) => Promise<Page<Item>>
  /** The sort key of the merged list; must be unique. */
  orderOf: (item: Item) => string
  descending?: boolean
  limit: number
}

/** A page of several owners' lists, merged. `next` is the sort key of its last item, if more follow. */
export async function readMerged<Item>({ owners, read, orderOf, descending = false, limit }: ReadMerged<Item>) {
  const pages = await Promise.all(owners.map((owner) => read(owner, limit + 1)))
  const direction = descending ? -1 : 1
  const ordered = pages.flatMap(({ items }) => items).sort((a, b) => (orderOf(a) < orderOf(b) ? -direction : direction))
  const items = ordered.slice(0, limit)
  const last = items.at(-1)
  return { items, next: last !== undefined && ordered.length > limit ? orderOf(last) : undefined }
}
