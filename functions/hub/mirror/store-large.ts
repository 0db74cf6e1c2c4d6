import type { Logger } from '../../../shared/log.ts'
import { holdStream, releaseStream } from '../../../shared/mirror/streamed-files.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { Table } from '../../../shared/table/table.ts'
import { storeWhileSending } from './store-while-sending.ts'

const holdMs = 30_000
const renewMs = 10_000
/** A slower client loses its claim, and the import transfers the file itself. */
const heldMaxMs = 10 * 60_000

/** Stores a large file as its blob while streaming it, and keeps the import from transferring it at the same time. */
export async function* storeLarge(request: StoreLarge): AsyncGenerator<Uint8Array> {
  const { table, objects, log, now, repo, sha256, sizeBytes, body, onStored } = request
  const startedMs = now().getTime()
  let heldMs = 0
  const hold = async () => {
    const nowMs = now().getTime()
    if (nowMs - heldMs < renewMs || nowMs - startedMs > heldMaxMs) return
    heldMs = nowMs
    await holdStream(table, { repo, sha256, until: new Date(nowMs + holdMs) })
  }
  const store = async (bytes: AsyncIterable<Uint8Array>) => {
    await objects.put({ key: objectKeys.blob(sha256), body: bytes, sizeBytes, sha256, ifAbsent: true })
    onStored()
    return undefined
  }
  const onFailure = (error: unknown) => log.warn({ err: error, repo }, 'a file was sent and could not be stored')
  await hold()
  try {
    for await (const chunk of storeWhileSending({ body, store, onFailure })) {
      yield chunk
      await hold()
    }
  } finally {
    await releaseStream(table, { repo, sha256 })
  }
}

interface StoreLarge {
  table: Table
  objects: ObjectStore
  log: Logger
  now: () => Date
  repo: string
  sha256: string
  sizeBytes: number
  body: AsyncIterable<Uint8Array>
  onStored: () => void
}
