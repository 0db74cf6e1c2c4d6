import type { YieldTurn } from '../../yield-turn.ts'

const sliceBytes = 256 * 1024

/** Concatenates pieces into new memory, yielding during long copies. */
export async function joinBytes(pieces: readonly Uint8Array[], yieldTurn: YieldTurn): Promise<Uint8Array<ArrayBuffer>> {
  const joined = new Uint8Array(pieces.reduce((total, { byteLength }) => total + byteLength, 0))
  let end = 0
  let copied = 0
  for (const piece of pieces) {
    for (let at = 0; at < piece.byteLength; at += sliceBytes) {
      const slice = piece.subarray(at, at + sliceBytes)
      joined.set(slice, end)
      end += slice.byteLength
      copied += slice.byteLength
      if (copied < sliceBytes) continue
      copied = 0
      await yieldTurn()
    }
  }
  return joined
}
