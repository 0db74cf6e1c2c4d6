import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../../../shared/objects/object-store.ts'

export type MemoryObjects = ObjectStore & { content: Map<string, Buffer>; reads: string[] }

/** Objects in memory that remember what was read. */
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
    uploads: { create: unused, putPart: unused, complete: unused, abort: unused },
  }
}

async function* chunks(content: Buffer) {
  for (let start = 0; start < content.length; start += 64 * 1024) yield content.subarray(start, start + 64 * 1024)
}

/** Publishes files as a revision: its blobs and its manifest. */
export async function publish({ objects, repo, revision, files }: Publish): Promise<void> {
  const entries = []
  for (const [path, content] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(content).digest('hex')
    await objects.put({ key: objectKeys.blob(sha256), body: content, sizeBytes: content.length })
    entries.push({ path, sizeBytes: content.length, sha256 })
  }
  const body = Buffer.from(JSON.stringify({ repo, revision, files: entries }))
  await objects.put({ key: objectKeys.manifest(repo, revision), body, sizeBytes: body.length })
}

interface Publish {
  objects: ObjectStore
  repo: string
  revision: string
  files: Record<string, Buffer>
}
