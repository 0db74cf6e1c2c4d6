import type { ObjectInfo, ObjectStore } from '../../shared/objects/object-store.ts'

/** Every object under a prefix, page by page; a page may be deleted before the next is read. */
export async function* listUnder(objects: ObjectStore, prefix: string): AsyncGenerator<ObjectInfo[]> {
  let cursor: string | undefined
  do {
    const page = await objects.list({ prefix, cursor })
    yield page.objects
    cursor = page.cursor
  } while (cursor !== undefined)
}
