/** A limit in bytes that concurrent requests share. */
interface ByteBudget {
  /** A share that grows with the bytes passing through it, until it is released. */
  open(): { counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>; release(): void }
}

/**
 * Bounds the memory of bodies that are read whole, by the bytes received: announcing much and sending nothing takes
 * nothing from others. @throws the error of `onExceeded`
 */
export function createByteBudget({ maxBytes, onExceeded }: { maxBytes: number; onExceeded: () => Error }): ByteBudget {
  let heldBytes = 0
  return {
    open() {
      let mineBytes = 0
      return {
        async *counted(bytes) {
          for await (const chunk of bytes) {
            if (heldBytes + chunk.byteLength > maxBytes) throw onExceeded()
            heldBytes += chunk.byteLength
            mineBytes += chunk.byteLength
            yield chunk
          }
        },
        release() {
          heldBytes -= mineBytes
          mineBytes = 0
        },
      }
    },
  }
}
