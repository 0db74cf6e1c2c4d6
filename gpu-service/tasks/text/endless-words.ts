import { errors } from '../../../shared/errors.ts'

/** Twice what BERT's tokenizers say. WordPiece's time grows with the cube of a word that it knows letter by letter. */
const wordLengthMax = 200
/** WordPiece puts it before each part of a word that it looks for. */
const prefixLengthMax = 100
/** Four times what SentencePiece makes by itself. Unigram's time grows with the square of how many pieces begin at one place. */
const pieceLengthMax = 64

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
  const prefix = String(config?.continuing_subword_prefix ?? '')
  if (prefix.length > prefixLengthMax)
    throw errors.unsupportedModel(
      `"tokenizer.json" has a "continuing_subword_prefix" of ${prefix.length} characters; the limit is ${prefixLengthMax}.`,
    )
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
  config?: { continuing_subword_prefix?: unknown }
}
