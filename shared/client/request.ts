export interface Page<Item> {
  items: Item[]
  cursor?: string
}

export interface PageRequest {
  limit?: number | undefined
  cursor?: string | undefined
}

/** Sends one request; resolves to the answer or rejects with an `ApiError`. */
export type Send = <Answer>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ answer: Answer; status: number; headers: Headers }>

/** `?limit=2&cursor=…`, or an empty text without fields. */
export function queryOf(fields: object): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value))
  return query.size === 0 ? '' : `?${query}`
}

/** Every item of a list, page by page. */
export async function allPages<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return items
}

/** The first `count` items of a list, and whether there are more. */
export async function firstItems<Item>(
  count: number,
  read: (page: Required<PageRequest>) => Promise<Page<Item>>,
): Promise<{ items: Item[]; isMore: boolean }> {
  const items: Item[] = []
  let cursor: string | undefined
  do {
    const page = await read({ limit: Math.min(100, count - items.length), cursor })
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined && items.length < count)
  return { items, isMore: cursor !== undefined }
}
