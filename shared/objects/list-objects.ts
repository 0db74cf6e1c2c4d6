import type { ObjectInfo, ObjectStore } from './object-store.ts'

/** Every object under a prefix, without folder markers. @throws RangeError for more than `limit` */
export async function listObjects(request: ListRequest): Promise<ObjectInfo[]> {
  const { found, isWhole } = await listUpTo(request)
  if (!isWhole) throw new RangeError(`"${request.prefix}" holds more than ${request.limit} files`)
  return found
}

/** The first `limit` objects under a prefix, without folder markers, and whether they are all. */
export async function listUpTo({
  objects,
  prefix,
  limit,
}: ListRequest): Promise<{ found: ObjectInfo[]; isWhole: boolean }> {
  const found: ObjectInfo[] = []
  let cursor: string | undefined
  do {
    const page = await objects.list({ prefix, cursor })
    found.push(...page.objects.filter(({ key }) => !key.endsWith('/')))
    cursor = page.cursor
  } while (cursor !== undefined && found.length <= limit)
  return { found: found.slice(0, limit), isWhole: found.length <= limit }
}

interface ListRequest {
  objects: ObjectStore
  prefix: string
  limit: number
}
