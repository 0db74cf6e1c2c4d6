/**
 * Maps with at most `limit` calls under way, keeping the order. After the first failure nothing more is begun, and it
 * is thrown when what was begun has ended.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  const entries = items.entries()
  let hasFailed = false
  const worker = async () => {
    for (const [index, item] of entries) {
      if (hasFailed) return
      try {
        results[index] = await work(item)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  const workers = Array.from({ length: Math.min(limit, items.length) }, worker)
  await Promise.allSettled(workers)
  await Promise.all(workers)
  return results
}
