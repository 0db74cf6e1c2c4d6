import { errors } from '../../../shared/errors.ts'
import { fromByteAlphabet } from './byte-alphabet.ts'
import { readCharsmap } from './charsmap.ts'
import { type Stage, type Staged, stagesOf } from './tokenizer-stages.ts'

/** `\w` in Rust's regular expressions. */
const wordClass = String.raw`\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d`
const words = new RegExp(String.raw`[${wordClass}]+|[^${wordClass}\p{White_Space}]+`, 'gu')
const unspaced = /\P{White_Space}+/gu

/** Six times SentencePiece's own; they are read at once, on the thread that serves all requests. */
const charsmapsMax = 2 * 1024 * 1024

/**
 * Makes stages of the library agree with Python's: its SentencePiece normaliser only approximates the usual ones, its
 * words consist of ASCII letters only, it takes adjacent punctuation marks for one word, and it decodes characters that
 * stand for no byte, such as a space, to zero bytes.
 *
 * @param splitting `pre_tokenizer` of tokenizer.json; the library does not keep the type of every stage
 * @throws AppError `unsupported_model`
 */
export function exactStages(tokenizer: Staged, splitting: unknown): void {
  let length = 0
  for (const stage of stagesOf({ normalizer: tokenizer.normalizer, pre_tokenizer: null, decoder: null })) {
    const { type, precompiled_charsmap: charsmap } = stage.config ?? {}
    if (type !== 'Precompiled' || typeof charsmap !== 'string' || charsmap === '') continue
    length += charsmap.length
    if (length > charsmapsMax)
      throw errors.unsupportedModel(
        `"precompiled_charsmap" in "tokenizer.json" has ${length} characters; the limit is ${charsmapsMax}.`,
      )
    stage.normalize = readCharsmap(charsmap)
  }
  const decoders: DecodingStage[] = stagesOf({ normalizer: null, pre_tokenizer: null, decoder: tokenizer.decoder })
  for (const stage of decoders) if (stage.byte_decoder !== undefined) stage.convert_tokens_to_string = fromByteAlphabet
  const splitters: SplittingStage[] = stagesOf({ ...tokenizer, normalizer: null, decoder: null })
  const nodes = leavesOf(splitting as SplittingNode)
  for (const [index, stage] of splitters.entries()) {
    const { type, behavior = 'Isolated' } = nodes[index] ?? {}
    if (type === 'Whitespace') stage.pre_tokenize = matchesOf(words)
    if (type === 'WhitespaceSplit') stage.pre_tokenize = matchesOf(unspaced)
    if (type === 'Punctuation' && behavior === 'Isolated' && stage.pattern !== undefined)
      stage.pattern = new RegExp(stage.pattern.source.replace(/\+$/, ''), 'gu')
  }
}

/** The library's decoder of bytes. */
interface DecodingStage extends Stage {
  byte_decoder?: unknown
  convert_tokens_to_string?(tokens: readonly string[]): string
}

interface SplittingStage extends Stage {
  pattern?: RegExp
}

interface SplittingNode {
  type?: string
  behavior?: string
  pretokenizers?: SplittingNode[]
}

const leavesOf = (node: SplittingNode | null | undefined): SplittingNode[] =>
  node?.pretokenizers?.flatMap(leavesOf) ?? (node ? [node] : [])

const matchesOf = (pattern: RegExp) => (text: string | string[]) =>
  [text].flat().flatMap((one) => one.match(pattern) ?? [])
