/** So many bytes at once for all who share it. */
interface ByteBudget {
  /** A share that grows by what it lets through, until it is given back. */
  open(): { counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>; release(): void }
}

/**
 * Bounds the memory of what is read whole before anything is done with it, by what really came: who announces much and
 * sends nothing takes nothing from others. @throws whatever `onExceeded` makes, to who would go beyond
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
