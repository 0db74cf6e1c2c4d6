/** Half of a sha256, at which random collisions do not happen. */
const digestBytes = 16
const wordsEach = digestBytes / 4

/** A set of hashes at 32 to 64 bytes each, so that those of millions of files fit into memory. */
export interface DigestSet {
  readonly size: number
  /** @returns whether it is new */
  add(hex: string): boolean
  has(hex: string): boolean
  addAll(bytes: Uint8Array): void
}

export function createDigestSet(): DigestSet {
  let slots = new Uint32Array(1024 * wordsEach)
  let size = 0

  /** The slot of a digest, or the free slot for it; zeros mark a free slot. */
  function placeOf(words: Uint32Array): number {
    const count = slots.length / wordsEach
    for (let slot = (words[0] ?? 0) % count; ; slot = (slot + 1) % count) {
      const at = slot * wordsEach
      const isEmpty = (slots[at] ?? 0) === 0 && (slots[at + 1] ?? 0) === 0 && (slots[at + 2] ?? 0) === 0
      if (isEmpty) return at
      if (words.every((word, index) => slots[at + index] === word)) return at
    }
  }

  const isAt = (at: number) => slots.subarray(at, at + wordsEach).some((word) => word !== 0)

  function grow() {
    const before = slots
    slots = new Uint32Array(before.length * 2)
    for (let at = 0; at < before.length; at += wordsEach) {
      const words = before.subarray(at, at + wordsEach)
      if (words.some((word) => word !== 0)) slots.set(words, placeOf(words))
    }
  }

  function addWords(words: Uint32Array): boolean {
    const at = placeOf(words)
    if (isAt(at)) return false
    slots.set(words, at)
    size++
    if (size * wordsEach * 2 > slots.length) grow()
    return true
  }

  return {
    get size() {
      return size
    },
    add: (hex) => addWords(wordsOf(hex)),
    has: (hex) => isAt(placeOf(wordsOf(hex))),
    addAll(bytes) {
      // Copied, because they may be unaligned in a larger buffer.
      const words = new Uint32Array(new Uint8Array(bytes).buffer)
      for (let at = 0; at < words.length; at += wordsEach) addWords(words.subarray(at, at + wordsEach))
    },
  }
}

function wordsOf(hex: string): Uint32Array {
  const words = new Uint32Array(wordsEach)
  for (let index = 0; index < wordsEach; index++)
    words[index] = Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16)
  return words
}

/** The input of `addAll`. */
export function bytesOf(hashes: readonly string[]): Uint8Array {
  const words = new Uint32Array(hashes.length * wordsEach)
  for (const [index, hex] of hashes.entries()) words.set(wordsOf(hex), index * wordsEach)
  return new Uint8Array(words.buffer)
}
