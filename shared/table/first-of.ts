/** Reads the first `count` items across answers, each of which holds at most a megabyte. */
export async function firstOf<Item>(items: AsyncIterable<Item>, count: number): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) if (found.push(item) >= count) break
  return found
}
