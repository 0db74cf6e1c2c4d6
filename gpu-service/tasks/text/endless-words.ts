import { errors } from '../../../shared/errors.ts'

/** Twice what BERT's tokenizers say. WordPiece's time grows with the cube of a word that it knows letter by letter. */
const wordLengthMax = 200
/** WordPiece puts it before each part of a word that it looks for, BPE its suffix behind each word. */
const affixLengthMax = 100
/** Four times what SentencePiece makes by itself. Unigram's time grows with the square of how many pieces begin at one place. */
const pieceLengthMax = 64
/** Several times what the longest runs of spaces have. Each is looked for at each character of a text. */
const addedLengthMax = 256
/** The library compares each of the special ones with all others. */
const specialMax = 10_000

/**
 * Refuses a tokenizer that may take minutes for one long word, on the thread that answers everybody.
 *
 * @param model the library's, which has what the file says under names of its own
 * @throws AppError `unsupported_model` naming what is too long
 */
export function refuseEndlessWords(model: unknown): void {
  const { max_input_chars_per_word: wordLength = 0, scores, vocab = [], config } = model as LibraryModel
  if (typeof wordLength !== 'number' || wordLength > wordLengthMax)
    throw errors.unsupportedModel(
      `"tokenizer.json" says "max_input_chars_per_word" ${JSON.stringify(wordLength)}; it must be a number of at most ${wordLengthMax}.`,
    )
  for (const name of ['continuing_subword_prefix', 'end_of_word_suffix'] as const) {
    const { length } = String(config?.[name] ?? '')
    if (length > affixLengthMax)
      throw errors.unsupportedModel(
        `"tokenizer.json" has a "${name}" of ${length} characters; the limit is ${affixLengthMax}.`,
      )
  }
  // Only Unigram has scores.
  const long = scores && vocab.find((piece) => String(piece).length > pieceLengthMax)
  if (long === undefined) return
  throw errors.unsupportedModel(
    `"tokenizer.json" has the piece "${String(long).slice(0, 20)}…" of ${String(long).length} characters; the limit is ${pieceLengthMax}.`,
  )
}

interface LibraryModel {
  max_input_chars_per_word?: unknown
  scores?: unknown
  vocab?: unknown[]
  config?: { continuing_subword_prefix?: unknown; end_of_word_suffix?: unknown }
}

/**
 * Refuses what a file adds to the words of its model, where to look for it takes seconds.
 *
 * @throws AppError `unsupported_model` naming what is too much
 */
export function refuseEndlessTokens(added: readonly { content: string }[], config: object): void {
  const long = added.find(({ content }) => content.length > addedLengthMax)
  if (long !== undefined)
    throw errors.unsupportedModel(
      `"tokenizer.json" adds the token "${long.content.slice(0, 20)}…" of ${long.content.length} characters; the limit is ${addedLengthMax}.`,
    )
  const { additional_special_tokens: special = [] } = config as { additional_special_tokens?: unknown }
  if (Array.isArray(special) && special.length > specialMax)
    throw errors.unsupportedModel(
      `"tokenizer_config.json" has ${special.length} "additional_special_tokens"; the limit is ${specialMax}.`,
    )
}
