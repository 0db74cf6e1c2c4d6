import { backslash, quote } from '../../../shared/json-codes.ts'
import type { YieldTurn } from '../../yield-turn.ts'

/** Parsed in less than a millisecond. */
const partBytes = 64 * 1024
/** The `u` of an escape. */
const unicode = 0x75

interface LongText {
  /** The position of its first quote. */
  from: number
  /** The position after its last quote. */
  to: number
  text: string
}

/**
 * Reads the first text of a JSON list that is longer than a part, part by part; undefined if there is none.
 * @param parse parses a quoted text
 */
export async function readLongText({ bytes, parse, yieldTurn }: ReadLongText): Promise<LongText | undefined> {
  for (let from = bytes.indexOf(quote); from >= 0; ) {
    const end = endOfPart(bytes, from + 1)
    if (bytes[end] !== quote) return readParts({ bytes, parse, yieldTurn, from })
    from = bytes.indexOf(quote, end + 1)
  }
  return undefined
}

interface ReadLongText {
  bytes: Uint8Array
  parse: (quoted: Uint8Array) => string
  yieldTurn: YieldTurn
}

async function readParts({ bytes, parse, yieldTurn, from }: ReadLongText & { from: number }): Promise<LongText> {
  const parts: string[] = []
  for (let at = from + 1; ; ) {
    const end = endOfPart(bytes, at)
    parts.push(parse(quoted(bytes.subarray(at, end))))
    if (end >= bytes.length || bytes[end] === quote) return { from, to: end + 1, text: parts.join('') }
    at = end
    await yieldTurn()
  }
}

function quoted(part: Uint8Array): Uint8Array {
  const text = new Uint8Array(part.length + 2).fill(quote)
  text.set(part, 1)
  return text
}

/** The position of the quote that ends a text, or else where to cut it: in no escape and no character. */
function endOfPart(bytes: Uint8Array, from: number): number {
  const cutFrom = from + partBytes
  // A character has at most three continuation bytes.
  const cutTo = cutFrom + 3
  let at = from
  while (at < bytes.length && bytes[at] !== quote && (at < cutFrom || (at < cutTo && isContinuation(bytes[at]))))
    at += bytes[at] !== backslash ? 1 : bytes[at + 1] === unicode ? 6 : 2
  return Math.min(at, bytes.length)
}

const isContinuation = (byte = 0): boolean => (byte & 0xc0) === 0x80
