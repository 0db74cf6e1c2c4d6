import { knownPatterns } from './known-patterns.ts'
import { type Stage, type Staged, stagesOf } from './tokenizer-stages.ts'

/** Of what such tokenizers have, with room: beyond it a piece of a text may take more than a few milliseconds. */
const usual = {
  stagesMax: 32,
  addedMax: 2000,
  addedLengthMax: 256,
  /** WordPiece's time grows with the cube of a word that it knows letter by letter. */
  wordLengthMax: 100,
  affixLengthMax: 10,
  /** Unigram's grows with the square of how many pieces begin at one place. */
  pieceLengthMax: 16,
  /** What is put in the place of one letter is gone through by all that comes after it. */
  growthMax: 8,
}

/**
 * Whether a tokenizer is made as those are that are in use, and so takes milliseconds for any piece of a text. What
 * another one takes is not known.
 */
export function isUsual(tokenizer: LibraryTokenizer): boolean {
  const stages = stagesOf(tokenizer)
  const { added_tokens: added, model } = tokenizer
  return (
    stages.length <= usual.stagesMax &&
    stages.every(hasKnownPattern) &&
    stages.reduce((times, stage) => times * putsInPlace(stage), 1) <= usual.growthMax &&
    added.length <= usual.addedMax &&
    added.every(({ content }) => content.length <= usual.addedLengthMax) &&
    hasUsualWords(model)
  )
}

export interface LibraryTokenizer extends Staged {
  added_tokens: readonly { content: string }[]
  model: LibraryModel
}

/** A text that is looked for as it stands takes no time. */
function hasKnownPattern({ config: { pattern } = {} }: Stage): boolean {
  const { Regex: source } = (pattern ?? {}) as { Regex?: unknown }
  return source === undefined || knownPatterns.has(String(source))
}

/** How many characters may stand for one behind this stage. */
function putsInPlace({ config, decode_chain, ...stage }: Stage & { str_rep?: unknown }): number {
  // Tokens become texts behind all others.
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
    (scores === undefined || vocab.every((piece) => String(piece).length <= usual.pieceLengthMax))
  )
}

/** What the library keeps of a file under names of its own. */
interface LibraryModel {
  max_input_chars_per_word?: unknown
  scores?: unknown
  vocab: readonly unknown[]
  config?: {
    continuing_subword_prefix?: unknown
    continuing_subword_suffix?: unknown
    end_of_word_suffix?: unknown
  }
}
