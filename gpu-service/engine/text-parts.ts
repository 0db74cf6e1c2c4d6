import { wholeEnd } from '../surrogates.ts'

/** This many UTF-16 units or bytes are read or written in less than a millisecond. */
const partLength = 65_536

/** Splits a text into parts without splitting a surrogate pair. */
export function textParts(text: string): Iterable<string> {
  return text.length <= partLength ? [text] : cutText(text)
}

function* cutText(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const to = from + partLength < text.length ? wholeEnd(text, from + partLength) : text.length
    yield text.slice(from, to)
    from = to
  }
}

/** Splits UTF-8 into parts without splitting a character, if it is valid. */
export function* utf8Parts(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; ) {
    let to = Math.min(from + partLength, bytes.length)
    // A character has at most three continuation bytes.
    for (let behind = 0; behind < 3 && ((bytes[to] ?? 0) & 0xc0) === 0x80; behind++) to--
    yield bytes.subarray(from, to)
    from = to
  }
}
