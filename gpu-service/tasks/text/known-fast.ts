import { knownPatterns } from './known-patterns.ts'
import { type Stage, type Staged, stagesOf } from './tokenizer-stages.ts'

/**
 * Limits of such tokenizers, with room to spare: beyond them a piece of a text may take more than a few milliseconds.
 */
const usual = {
  stagesMax: 32,
  addedMax: 2000,
  addedLengthMax: 256,
  /** WordPiece's time grows with the cube of the length of a word that it spells letter by letter. */
  wordLengthMax: 100,
  affixLengthMax: 10,
  /** Unigram's time grows with the square of the number of pieces that begin at one position. */
  pieceLengthMax: 16,
  /** Every later stage processes what replaces a letter. */
  growthMax: 8,
}

/**
 * Whether a tokenizer is built like those in common use and so takes only milliseconds for any piece of a text. The
 * time of others is unknown.
 */
export function isKnownFast(tokenizer: LibraryTokenizer): boolean {
  const stages = stagesOf(tokenizer)
  const { added_tokens: added, model } = tokenizer
  return (
    stages.length <= usual.stagesMax &&
    stages.every(hasKnownPattern) &&
    stages.reduce((times, stage) => times * growthOf(stage), 1) <= usual.growthMax &&
    added.length <= usual.addedMax &&
    added.every(({ content }) => content.length <= usual.addedLengthMax) &&
    hasUsualWords(model)
  )
}

export interface LibraryTokenizer extends Staged {
  added_tokens: readonly { content: string }[]
  model: LibraryModel
}

/** Finding a literal string takes no time. */
function hasKnownPattern({ config: { pattern } = {} }: Stage): boolean {
  const { Regex: source } = (pattern ?? {}) as { Regex?: unknown }
  return source === undefined || knownPatterns.has(String(source))
}

/** The most characters that this stage makes of one. */
function growthOf({ config, decode_chain, ...stage }: Stage & { str_rep?: unknown }): number {
  // Decoding is not part of tokenising.
  if (decode_chain !== undefined) return 1
  return Math.max(1, ...[config?.content, config?.prepend, stage.str_rep].map((one) => String(one ?? '').length))
}

function hasUsualWords({ max_input_chars_per_word: wordLength = 0, scores, vocab, config }: LibraryModel): boolean {
  const affixes = [config?.continuing_subword_prefix, config?.continuing_subword_suffix, config?.end_of_word_suffix]
  return (
    typeof wordLength === 'number' &&
    wordLength <= usual.wordLengthMax &&
    affixes.every((one) => String(one ?? '').length <= usual.affixLengthMax) &&
    // Only Unigram has scores.
    (scores === undefined ||
      vocab.slice(0, scores.length).every((piece) => String(piece).length <= usual.pieceLengthMax))
  )
}

/** The fields of the library's models. */
interface LibraryModel {
  max_input_chars_per_word?: unknown
  scores?: readonly unknown[]
  vocab: readonly unknown[]
  config?: {
    continuing_subword_prefix?: unknown
    continuing_subword_suffix?: unknown
    end_of_word_suffix?: unknown
  }
}
