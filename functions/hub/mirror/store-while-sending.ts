import { ChecksumMismatch } from '../../../shared/objects/object-store.ts'

/**
 * Passes bytes on while they are stored. Whoever is slower sets the pace, so that one chunk is all that is held. The
 * last chunk waits for the store's word on the whole: bytes that are not what they were said to be never reach a client
 * whole. A store that fails otherwise is the log's matter, and a client that leaves ends the storing with nothing kept.
 */
export async function* storeWhileSending({ body, store, onFailure }: StoreInput): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  let isStoring = true
  const stored = store(readable).catch(async (error: unknown) => {
    isStoring = false
    // It may not have begun to read, and what nobody reads is never written.
    await writer.abort(error).catch(() => {})
    return { error }
  })
  // An aborted stream rejects what waits for it, which is what is meant by it.
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
    if (!isWhole) await writer.abort(new Error('the bytes did not come to their end')).catch(() => {})
    await stored
  }
}

interface StoreInput {
  body: AsyncIterable<Uint8Array>
  /** Stores what it is given whole or not at all. */
  store: (body: AsyncIterable<Uint8Array>) => Promise<undefined>
  onFailure: (error: unknown) => void
}
