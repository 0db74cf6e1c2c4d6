import type { ObjectInfo, ObjectStore } from './object-store.ts'

/** Every object under a prefix, folder markers left out. @throws RangeError where there are more than `limit`. */
export async function listObjects({ objects, prefix, limit }: ListRequest): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = []
  let cursor: string | undefined
  do {
    const page = await objects.list({ prefix, cursor })
    found.push(...page.objects.filter(({ key }) => !key.endsWith('/')))
    if (found.length > limit) throw new RangeError(`"${prefix}" holds more than ${limit} files`)
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}

interface ListRequest {
  objects: ObjectStore
  prefix: string
  limit: number
}
