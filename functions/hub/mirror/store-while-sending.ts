import { ChecksumMismatch } from '../../../shared/objects/object-store.ts'

/**
 * Passes bytes on while storing them, at the slower one's pace, so that only one chunk is held. The last chunk waits
 * for the store's verification: no client receives a complete file with the wrong hash. Other failures of the store are
 * only logged, and a client that leaves cancels the storing.
 */
export async function* storeWhileSending({ body, store, onFailure }: StoreInput): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  let isStoring = true
  const stored = store(readable).catch(async (error: unknown) => {
    isStoring = false
    // The store may not have started reading, and unread bytes are never written.
    await writer.abort(error).catch(() => {})
    return { error }
  })
  // An aborted stream rejects its waiters, as intended.
  writer.closed.catch(() => {})
  let last: Uint8Array | undefined
  let isWhole = false
  try {
    for await (const chunk of body) {
      if (last !== undefined) yield last
      if (isStoring) await writer.write(chunk).catch(() => {})
      last = chunk
    }
    isWhole = true
    await writer.close().catch(() => {})
    const failed = await stored
    if (failed !== undefined) {
      if (failed.error instanceof ChecksumMismatch) throw failed.error
      onFailure(failed.error)
    }
    if (last !== undefined) yield last
  } finally {
    if (!isWhole) await writer.abort(new Error('the bytes ended too early')).catch(() => {})
    await stored
  }
}

interface StoreInput {
  body: AsyncIterable<Uint8Array>
  /** Stores its input whole or not at all. */
  store: (body: AsyncIterable<Uint8Array>) => Promise<undefined>
  onFailure: (error: unknown) => void
}
