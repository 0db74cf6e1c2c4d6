/** Does something with each of many, so many of them at once. */
export async function severalAtOnce<Item>({ items, atOnce, use }: SeveralAtOnce<Item>): Promise<void> {
  for (let start = 0; start < items.length; start += atOnce)
    await Promise.all(items.slice(start, start + atOnce).map((item) => use(item)))
}

interface SeveralAtOnce<Item> {
  items: readonly Item[]
  atOnce: number
  use: (item: Item) => Promise<void>
}
