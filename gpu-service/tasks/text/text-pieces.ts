import { wholeEnd } from '../../surrogates.ts'
import type { YieldTurn } from '../../yield-turn.ts'
import { joinPlaced, type PlacedTokens, placedTokens } from './placed-tokens.ts'
import type { SpannedToken } from './token-spans.ts'

/** The usual and the greatest length of a piece, in UTF-16 units: one takes a few milliseconds to tokenise. */
const pieceLength = 1024
const pieceLengthMax = 2 * pieceLength

export interface Piece {
  start: number
  end: number
}

/** True of nearly every text. */
export const isOnePiece = (text: string): boolean => text.length <= pieceLengthMax

/**
 * Cuts a long text before single spaces, which no token crosses; where there is none for long, at the end of a word, or
 * next to a Chinese character. The tokens of the pieces are those of the whole text, except where a run without any
 * such place is cut.
 */
export function* piecesOf(text: string): Generator<Piece> {
  let start = 0
  while (text.length - start > pieceLengthMax) {
    const end = pieceEnd(text, start)
    yield { start, end }
    start = end
  }
  yield { start, end: text.length }
}

function pieceEnd(text: string, start: number): number {
  const least = start + pieceLength
  const most = start + pieceLengthMax
  for (let end = least; end < most; end++)
    if (isSpace(text, end) && !isSpace(text, end - 1) && !isSpace(text, end + 1)) return end
  for (let end = least; end < most; end++) if (text[end] === '\n' || endsWord(text, end)) return end
  for (let end = least; end < most; end++) if (isChineseBoundary(text, end)) return end
  return wholeEnd(text, most)
}

const isSpace = (text: string, at: number): boolean => text.charCodeAt(at) === 0x20

/** After a letter or digit, these never begin a token that continues with letters, as "[" and "'" may. */
const endsWord = (text: string, at: number): boolean =>
  /^[\p{L}\p{N}][.,;:!?)\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]/u.test(text.slice(at - 1, at + 1))

/** A Chinese character is a word of its own, so a token starts before and after it. */
const isChineseBoundary = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  const before = text.charCodeAt(at - 1)
  if (code >= 0xdc00 && code < 0xe000) return false
  return (code >= 0x4e00 && code < 0xa000) || (before >= 0x4e00 && before < 0xa000)
}

export interface GatherTokens<Tokens> {
  text: string
  /** Stops at this many tokens. @default all */
  enough?: number | undefined
  /** The end of the text to start from. */
  from: 'start' | 'end'
  tokensOf: (piece: Piece) => Tokens
  yieldTurn: YieldTurn
}

/** Returns tokens from one end of a text, in text order: at least `enough`, if it has as many. */
export const gatherTokens = async <Token>(wanted: GatherTokens<Token[]>): Promise<Token[]> =>
  (await gatherPieces(wanted)).flat()

/** The same with the offsets of each token. */
export const gatherPlaced = async ({ tokensOf, ...wanted }: GatherTokens<SpannedToken[]>): Promise<PlacedTokens> =>
  joinPlaced(await gatherPieces({ ...wanted, tokensOf: (piece) => placedTokens(tokensOf(piece)) }))

async function gatherPieces<Tokens extends { readonly length: number }>({
  text,
  enough,
  from,
  tokensOf,
  yieldTurn,
}: GatherTokens<Tokens>): Promise<Tokens[]> {
  const pieces = from === 'start' ? piecesOf(text) : [...piecesOf(text)].reverse()
  const parts: Tokens[] = []
  let count = 0
  for (const piece of pieces) {
    const tokens = tokensOf(piece)
    parts.push(tokens)
    count += tokens.length
    if (count >= (enough ?? Number.POSITIVE_INFINITY)) break
    await yieldTurn()
  }
  if (from === 'end') parts.reverse()
  return parts
}
