import { type AlignedText, startAligned } from './aligned-text.ts'

/**
 * The characters that byte-level tokenizers write bytes as: printable bytes as themselves, all others from U+0100 on.
 */
const alphabet = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++))
})()

/** How the alphabet writes a space, which starts a word. */
export const byteSpace = alphabet[0x20] ?? ''

const encoder = new TextEncoder()

/** Writes a text in the byte alphabet, one character per UTF-8 byte. */
export function toByteAlphabet({ text, starts, ends }: AlignedText): AlignedText {
  const made = startAligned()
  let unit = 0
  for (const character of text) {
    for (const byte of encoder.encode(character)) made.add(alphabet[byte] ?? '', starts[unit] ?? 0, ends[unit] ?? 0)
    unit += character.length
  }
  return made.done()
}

const byteOf = new Map(alphabet.map((character, byte) => [character, byte]))
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads tokens in the byte alphabet. As in Python, a token with any other character stands for itself. */
export function fromByteAlphabet(tokens: readonly string[]): string {
  const bytes = tokens.flatMap((token) => {
    const own = Array.from(token, (character) => byteOf.get(character))
    return own.includes(undefined) ? [...encoder.encode(token)] : own
  })
  return decoder.decode(Uint8Array.from(bytes as number[]))
}
