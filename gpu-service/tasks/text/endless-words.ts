import { errors } from '../../../shared/errors.ts'

/** Four times what SentencePiece makes by itself. Unigram keeps all pieces that begin at each place of a text. */
const pieceLengthMax = 64
/** The library compares each of the special ones with all others. */
const specialMax = 10_000

/**
 * Refuses a tokenizer that may fill the memory for one long word.
 *
 * @param model the library's, which has what the file says under names of its own
 * @throws AppError `unsupported_model` naming what is too long
 */
export function refuseLongPieces(model: unknown): void {
  const { scores, vocab = [] } = model as { scores?: unknown; vocab?: unknown[] }
  // Only Unigram has scores.
  const long = scores && vocab.find((piece) => String(piece).length > pieceLengthMax)
  if (long === undefined) return
  throw errors.unsupportedModel(
    `"tokenizer.json" has the piece "${String(long).slice(0, 20)}…" of ${String(long).length} characters; the limit is ${pieceLengthMax}.`,
  )
}

/**
 * Refuses one that takes minutes to be made.
 *
 * @throws AppError `unsupported_model` naming what is too much
 */
export function refuseManySpecials(config: object): void {
  const { additional_special_tokens: special = [] } = config as { additional_special_tokens?: unknown }
  if (Array.isArray(special) && special.length > specialMax)
    throw errors.unsupportedModel(
      `"tokenizer_config.json" has ${special.length} "additional_special_tokens"; the limit is ${specialMax}.`,
    )
}
