import { type AlignedText, startAligned } from './aligned-text.ts'

/** The characters that byte-level tokenizers write bytes as: printable ones as they are, the others from 256 on. */
const alphabet = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++))
})()

/** The space of the alphabet, which starts a word. */
export const byteSpace = alphabet[0x20] ?? ''

const encoder = new TextEncoder()

/** A text in the alphabet, a character per byte. */
export function toByteAlphabet({ text, starts, ends }: AlignedText): AlignedText {
  const made = startAligned()
  let unit = 0
  for (const character of text) {
    for (const byte of encoder.encode(character)) made.add(alphabet[byte] ?? '', starts[unit] ?? 0, ends[unit] ?? 0)
    unit += character.length
  }
  return made.done()
}
