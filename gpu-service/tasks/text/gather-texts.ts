import type { YieldTurn } from '../../yield-turn.ts'
import { type GatherTokens, gatherTokens, type Piece } from './text-pieces.ts'
import { type Truncation, withinPairLimit } from './truncation.ts'

/**
 * Tokenises from the end that is kept, no further than needed; all of a text that may not be truncated, to report its
 * length.
 */
export function gatherAll<Tokens, Gathered>(asked: GatherAll<Tokens, Gathered>): Promise<Gathered[]> {
  const { request, texts, room, gather, tokensOf, enough = room + 1 } = asked
  const { truncation, yieldTurn } = request
  return Promise.all(
    texts.map((text) =>
      gather({
        text,
        enough: truncation.truncate ? enough : undefined,
        from: truncation.direction === 'left' ? 'end' : 'start',
        tokensOf: (piece) => tokensOf(text, piece),
        yieldTurn,
      }),
    ),
  )
}

interface GatherRequest {
  truncation: Truncation
  pairTokensMax?: number | undefined
  yieldTurn: YieldTurn
}

interface GatherAll<Tokens, Gathered> {
  request: GatherRequest
  texts: readonly string[]
  room: number
  gather: (wanted: GatherTokens<Tokens>) => Promise<Gathered>
  tokensOf: (text: string, piece: Piece) => Tokens
  /** @default one token more than there is room for */
  enough?: number
}

/**
 * The numbers of tokens of two texts, read on until the shorter one ends if neither fits: of an odd room, Hugging Face's
 * tokenizers give the last token to the longer one.
 */
export async function orderOf({ request, texts, room, tokens, idsOf }: OrderOf): Promise<number[]> {
  const lengths = tokens.map(({ length }) => length)
  const isClear = lengths.length < 2 || room % 2 === 0 || lengths.some((length) => length <= room)
  if (isClear || !request.truncation.truncate) return lengths
  for (let enough = 2 * room; ; enough *= 2) {
    const read = await gatherAll({ request, texts, room, gather: gatherTokens, tokensOf: idsOf, enough })
    const counts = withinPairLimit(read, request).map(({ length }) => length)
    if (counts.some((count) => count < enough)) return counts
  }
}

interface OrderOf {
  request: GatherRequest
  texts: readonly string[]
  room: number
  /** Of each text, all that may be kept. */
  tokens: readonly { readonly length: number }[]
  idsOf: (text: string, piece: Piece) => number[]
}
