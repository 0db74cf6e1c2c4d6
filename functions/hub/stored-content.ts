import type { RevisionFile } from '../../shared/model/revision-id.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectBody, ObjectStore } from '../../shared/objects/object-store.ts'
import { contentDisposition } from './content-disposition.ts'
import { contentTag } from './file-entry.ts'
import type { Content } from './send-content.ts'

/** A revision's file from the store. A client that disconnects releases it. */
export function storedContent({ objects, file, contentType, signal }: StoredInput): Content {
  const key = objectKeys.blob(file.sha256)
  const { downloadUrl } = objects
  const named = { key, contentType, contentDisposition: contentDisposition(file.path) }
  return {
    sizeBytes: file.sizeBytes,
    etag: contentTag(file),
    contentType,
    open: async (range) => streamOf(await objects.get({ key, range, signal })),
    address: downloadUrl && (() => downloadUrl(named)),
  }
}

interface StoredInput {
  objects: ObjectStore
  file: RevisionFile
  contentType: string
  signal: AbortSignal
}

function streamOf(object: ObjectBody): ReadableStream<Uint8Array> {
  const chunks = object.body[Symbol.asyncIterator]()
  const read = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => object.cancel(),
  }
  // Reads nothing ahead of the client, so that a large download holds one chunk in memory.
  return new ReadableStream(read, { highWaterMark: 0 })
}
