import type { SpannedToken } from './token-spans.ts'

/** Tokens with their offsets, in columns: a million of them as objects take hundreds of megabytes. */
export interface PlacedTokens {
  readonly length: number
  ids: Int32Array
  /** Offsets in the text, in UTF-16 units as JavaScript counts them. */
  starts: Int32Array
  ends: Int32Array
  /** The offsets of the word that contains the token. */
  wordStarts: Int32Array
  wordEnds: Int32Array
}

export function placedTokens(tokens: readonly SpannedToken[]): PlacedTokens {
  const placed = emptyTokens(tokens.length)
  for (const [index, { id, start, end, word }] of tokens.entries()) {
    placed.ids[index] = id
    placed.starts[index] = start
    placed.ends[index] = end
    placed.wordStarts[index] = word.start
    placed.wordEnds[index] = word.end
  }
  return placed
}

/** A view of a range; it shares the memory. */
export const slicePlaced = (tokens: PlacedTokens, from: number, to?: number): PlacedTokens =>
  placedOf((name) => tokens[name].subarray(from, to))

export function joinPlaced(parts: readonly PlacedTokens[]): PlacedTokens {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return only
  const joined = emptyTokens(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    copyPlaced({ from: part, to: joined, at })
    at += part.length
  }
  return joined
}

/** Copies tokens to position `at` of others. */
export function copyPlaced({ from, to, at }: { from: PlacedTokens; to: PlacedTokens; at: number }): void {
  for (const name of columns) to[name].set(from[name], at)
}

export const emptyTokens = (length: number): PlacedTokens => placedOf(() => new Int32Array(length))

const columns = ['ids', 'starts', 'ends', 'wordStarts', 'wordEnds'] as const

function placedOf(column: (name: (typeof columns)[number]) => Int32Array): PlacedTokens {
  const [ids, starts, ends] = [column('ids'), column('starts'), column('ends')]
  return { length: ids.length, ids, starts, ends, wordStarts: column('wordStarts'), wordEnds: column('wordEnds') }
}
