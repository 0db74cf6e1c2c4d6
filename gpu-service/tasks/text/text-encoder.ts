import { errors } from '../../../shared/errors.ts'
import type { YieldTurn } from '../../yield-turn.ts'
import { assembleIds, assembleLocated, type EncodedText, type LocatedText } from './encoded-text.ts'
import { gatherAll, orderOf } from './gather-texts.ts'
import { slicePlaced } from './placed-tokens.ts'
import { type GatherTokens, gatherPlaced, type Piece } from './text-pieces.ts'
import { specialCount } from './token-template.ts'
import type { TokenRow } from './token-tensors.ts'
import type { TextTokenizer } from './tokenizer.ts'
import { cachedFirstTokens, cachedLastTokens, type TokensCache } from './tokens-cache.ts'
import { keptRanges, type PairStrategy, type Truncation, withinPairLimit } from './truncation.ts'

interface EncodeRequest {
  text: string
  pair?: string | undefined
  /** Limit on the tokens of the second text, which is cut off at the same end. @default none */
  pairTokensMax?: number | undefined
  truncation: Truncation
  /** For a pair. @default 'longest_first' */
  strategy?: PairStrategy | undefined
  addSpecialTokens?: boolean | undefined
  /** The parameter that an error names. @default 'inputs' */
  param?: string | undefined
  /** Shared by the texts of one request. */
  cache?: TokensCache | undefined
  yieldTurn: YieldTurn
}

/**
 * Encodes texts and pairs for a model. @throws AppError `invalid_input` for one that is too long and may not be
 * truncated.
 */
export interface TextEncoder {
  maxTokens: number
  encode(request: EncodeRequest): Promise<EncodedText>
  /** Slower; also returns the offsets of each token. */
  locate(request: EncodeRequest): Promise<LocatedText>
}

export function createTextEncoder({ tokenizer, maxTokens }: TextEncoderOptions): TextEncoder {
  const idsOf = (text: string, piece: Piece) => tokenizer.ids(text, piece)
  const encode: TextEncoder['encode'] = async (asked) => {
    const request = withDirection(asked, tokenizer)
    const { parts, specials, texts, room } = layoutOf(request, { tokenizer, maxTokens })
    // Nearly every text fits, and then it does not matter which end would be truncated.
    const { cache, truncation, yieldTurn } = request
    const firsts = await Promise.all(
      texts.map((text) => cachedFirstTokens({ text, room, tokenizer, cache, yieldTurn })),
    )
    const isFromStart = truncation.direction === 'right'
    const areKnown = isFromStart || firsts.every(({ length }) => length <= room)
    const gather = (wanted: GatherTokens<number[]>) => cachedLastTokens(wanted, cache)
    const known = withinPairLimit(firsts, request)
    const fits = areKnown && known.reduce((total, { length }) => total + length, 0) <= room
    const tokens =
      fits || (isFromStart && truncation.truncate)
        ? known
        : withinPairLimit(await gatherAll({ request, texts, room, gather, tokensOf: idsOf }), request)
    const order = await orderOf({ request, texts, room, tokens, idsOf })
    const kept = keptRanges({ request, tokens, order, room, maxTokens, specials })
    const cut = tokens.map((all, index) => all.slice(kept[index]?.from, kept[index]?.to))
    return assertSomeTokens(assembleIds(parts, cut), request)
  }
  return {
    maxTokens,
    encode,
    async locate(asked) {
      const request = withDirection(asked, tokenizer)
      // A text that may not be truncated is refused by its ids alone: the offsets of millions of tokens take hundreds
      // of megabytes.
      if (!request.truncation.truncate) await encode(request)
      const { parts, specials, texts, room } = layoutOf(request, { tokenizer, maxTokens })
      const tokensOf = (text: string, piece: Piece) => tokenizer.spanned(text, piece)
      const tokens = await gatherAll({ request, texts, room, gather: gatherPlaced, tokensOf })
      const order = await orderOf({ request, texts, room, tokens, idsOf })
      const kept = keptRanges({ request, tokens, order, room, maxTokens, specials })
      const cut = tokens.map((all, index) => slicePlaced(all, kept[index]?.from ?? 0, kept[index]?.to))
      return assertSomeTokens(assembleLocated(parts, cut), request)
    },
  }
}

const withDirection = (request: EncodeRequest, { truncationSide }: TextTokenizer): EncodeRequest => ({
  ...request,
  truncation: { ...request.truncation, direction: request.truncation.direction ?? truncationSide },
})

interface TextEncoderOptions {
  tokenizer: TextTokenizer
  maxTokens: number
}

/** No graph accepts a row without tokens. @throws AppError `invalid_input` */
export function assertSomeTokens<Encoded extends Pick<TokenRow, 'ids'>>(
  encoded: Encoded,
  { param = 'inputs' }: Pick<EncodeRequest, 'param'>,
): Encoded {
  if (encoded.ids.length > 0) return encoded
  throw errors.invalidInput(`"${param}" holds no tokens for this model.`, param)
}

function layoutOf(
  { text, pair, addSpecialTokens = true }: EncodeRequest,
  { tokenizer, maxTokens }: TextEncoderOptions,
) {
  const whole = pair === undefined ? tokenizer.template.single : tokenizer.template.pair
  const parts = addSpecialTokens ? whole : whole.filter((part) => 'sequence' in part)
  const specials = specialCount(parts)
  return {
    parts,
    specials,
    texts: pair === undefined ? [text] : [text, pair],
    room: Math.max(0, maxTokens - specials),
  }
}
