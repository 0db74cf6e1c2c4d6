import { buffer } from 'node:stream/consumers'
import { ObjectMissing, type ObjectStore } from '../../../../shared/objects/object-store.ts'

export type MemoryObjects = ObjectStore & { content: Map<string, Buffer>; reads: string[] }

/** An object store in memory that records which keys were read. */
export function createMemoryObjects(): MemoryObjects {
  const content = new Map<string, Buffer>()
  const reads: string[] = []
  const unused = () => Promise.reject(new Error('not part of the stand-in'))
  return {
    content,
    reads,
    async head({ key }) {
      const held = content.get(key)
      return held && { key, sizeBytes: held.length, etag: 'none', modifiedAt: new Date(0) }
    },
    async get({ key }) {
      reads.push(key)
      const held = content.get(key)
      if (held === undefined) throw new ObjectMissing(key)
      return { sizeBytes: held.length, etag: 'none', body: chunks(held), cancel: async () => {} }
    },
    async put({ key, body }) {
      content.set(key, body instanceof Uint8Array ? Buffer.from(body) : await buffer(body))
      return 'written'
    },
    copy: unused,
    delete: unused,
    list: unused,
    uploads: { create: unused, putPart: unused, complete: unused, open: unused, abort: unused },
  }
}

async function* chunks(content: Buffer) {
  for (let start = 0; start < content.length; start += 64 * 1024) yield content.subarray(start, start + 64 * 1024)
}
