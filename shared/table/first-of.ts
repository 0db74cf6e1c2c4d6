/** The first so many items, however many answers they come in: one holds a megabyte at most. */
export async function firstOf<Item>(items: AsyncIterable<Item>, count: number): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) if (found.push(item) >= count) break
  return found
}
