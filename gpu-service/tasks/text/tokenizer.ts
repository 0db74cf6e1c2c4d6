import * as z from 'zod'
import { runToEnd } from '../../../shared/run-to-end.ts'
import { afterSteps, type YieldTurn } from '../../yield-turn.ts'
import { asciiWordPiece } from './ascii-word-piece.ts'
import { checkedTokenizer } from './checked-tokenizer.ts'
import { firstTokens } from './first-tokens.ts'
import { lengthOf } from './growth.ts'
import { trackPieceStart } from './piece-start.ts'
import { prepareText } from './prepare-text.ts'
import type { Piece } from './text-pieces.ts'
import { prefixCutter } from './text-prefix.ts'
import { type SpannedToken, spannedTokens } from './token-spans.ts'
import { specialCount, type TokenTemplate, tokenTemplate, withSpecialTokens } from './token-template.ts'
import { type Guard, guardTokenizer } from './tokenizer-guard.ts'
import { tokenizerParts } from './tokenizer-parts.ts'

/** Twice the largest known. A list with a token far beyond the others is slow to search. */
const tokenIdMax = 2_000_000

export const tokenizerFile = z.looseObject({
  truncation: z.looseObject({ max_length: z.number(), direction: z.string().optional() }).nullish(),
  padding: z.looseObject({ pad_id: z.number() }).nullish(),
  normalizer: z.looseObject({}).nullish(),
  pre_tokenizer: z
    .looseObject({ type: z.string(), pretokenizers: z.array(z.looseObject({ type: z.string() })).optional() })
    .nullish(),
  post_processor: z.looseObject({ type: z.string() }).nullish(),
  added_tokens: z
    .array(z.looseObject({ content: z.string(), id: z.number().int().nonnegative().max(tokenIdMax).optional() }))
    .optional(),
})

export interface TextTokenizer {
  /** Returns the ids of a text with special tokens, truncated to `max` as Hugging Face's tokenizers do. */
  encode(text: string, max: number): number[]
  /** Returns the first tokens of a text without special tokens, tokenising little more than needed. */
  first(text: string, keep: number): number[]
  /** The same for a long text; yields to the event loop in between. */
  firstInTurns(text: string, keep: number, yieldTurn: YieldTurn): Promise<number[]>
  /** Returns all tokens of a piece of a text, without special tokens. */
  ids(text: string, piece: Piece): number[]
  /** The same with the range of each token. */
  spanned(text: string, piece: Piece): SpannedToken[]
  /** The end at which the repo cuts off a text that is too long. */
  truncationSide: 'left' | 'right'
  /** The special tokens around one text and around a pair. */
  template: TokenTemplate
  decode(ids: readonly number[], skipSpecialTokens: boolean): string
  /** The contents of tokenizer.json. */
  file: z.infer<typeof tokenizerFile>
  idOf(token: string): number | undefined
  tokenOf(id: number): string | undefined
  /** The token for characters that the model does not know. */
  unknownId: number | undefined
  /** Whether tokens that continue a word are marked, as by WordPiece's `##`. */
  marksContinuation: boolean
  /** Joins tokens, spelled as in the vocabulary, into a text. */
  join(tokens: readonly string[]): string
}

/** @param guard wraps all work on texts, unless the tokenizer is known to be fast */
export const createTokenizer = (file: z.infer<typeof tokenizerFile>, config: object, guard?: Guard): TextTokenizer =>
  runToEnd(tokenizerInSteps(file, config, { guard }))

interface InSteps {
  guard?: Guard | undefined
  namesOf?: WeakMap<object, string[]> | undefined
}

export function* tokenizerInSteps(
  file: z.infer<typeof tokenizerFile>,
  config: object,
  { guard = guardTokenizer(), namesOf }: InSteps,
): Generator<void, TextTokenizer> {
  // The file's truncation and padding are for training; here texts are cut to the model and padded to the batch.
  const { truncation: _truncation, padding: _padding, ...rest } = file
  const { tokenizer, allowGrowth, isKnownFast } = yield* checkedTokenizer(rest, config, { namesOf })
  const guarded: Guard = isKnownFast ? (_length, work) => work() : guard
  const startPiece = trackPieceStart(tokenizer)
  const prepare = prepareText(file)
  const idOf = (token: string) => tokenizer.token_to_id(token)
  const encodeAscii = asciiWordPiece({ file: rest, config, idOf })
  const encodeAny = (text: string, isStart: boolean) => {
    allowGrowth(text.length)
    startPiece({ text, isStart })
    return tokenizer.encode(prepare.normalise(text), { add_special_tokens: false }).ids
  }
  const encode = (text: string, isStart: boolean) =>
    guarded(text.length, () => encodeAscii?.(text) ?? encodeAny(text, isStart))
  const parts = tokenizerParts(tokenizer, { file, prepare })
  const template = tokenTemplate(tokenizer, file, config)
  const cut = prefixCutter(file)
  const tokenOf = (id: number) => tokenizer.id_to_token(id)
  const first = (text: string, keep: number) => runToEnd(firstTokens({ text, keep, encode, cut }))
  return {
    file,
    truncationSide: truncationSide(file, config),
    template,
    first,
    firstInTurns: async (text, keep, yieldTurn) => afterSteps(firstTokens({ text, keep, encode, cut }), yieldTurn),
    ids: (text, { start, end }) => encode(text.slice(start, end), start === 0),
    spanned(text, { start, end }) {
      allowGrowth(end - start)
      startPiece({ text: text.slice(start, end), isStart: start === 0 })
      return guarded(end - start, () => spannedTokens(text, parts, start, end))
    },
    idOf,
    tokenOf,
    unknownId: parts.marks.unknown === undefined ? undefined : parts.idOf(parts.marks.unknown),
    marksContinuation: Boolean(parts.marks.continuing),
    join(tokens) {
      const length = lengthOf(tokens)
      allowGrowth(length)
      return guarded(length, () => tokenizer.decoder?.decode([...tokens]) ?? tokens.join(' '))
    },
    encode(text, max) {
      return withSpecialTokens(template.single, first(text, Math.max(0, max - specialCount(template.single))))
    },
    decode(ids, skipSpecialTokens) {
      if (ids.length === 0) return ''
      const length = lengthOf(ids.map((id) => tokenOf(id) ?? ''))
      allowGrowth(length)
      return guarded(length, () => tokenizer.decode([...ids], { skip_special_tokens: skipSpecialTokens }))
    },
  }
}

/** As in transformers, where tokenizer_config.json comes first. */
function truncationSide(file: z.infer<typeof tokenizerFile>, config: { truncation_side?: unknown }): 'left' | 'right' {
  const side = config.truncation_side ?? file.truncation?.direction
  return String(side).toLowerCase() === 'left' ? 'left' : 'right'
}
