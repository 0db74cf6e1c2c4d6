import { errors } from '../../../shared/errors.ts'

/** Four times SentencePiece's default. Unigram keeps every piece that begins at each position of a text. */
const pieceLengthMax = 64
/** The library compares each special token with all others. */
const specialMax = 10_000

/**
 * Refuses a vocabulary with pieces so long that one long word may exhaust the memory.
 *
 * @param model the library's model, with its own field names
 * @throws AppError `unsupported_model` naming the piece
 */
export function refuseLongPieces(model: unknown): void {
  // Only Unigram has scores. Added tokens, which come after its pieces, may have ids in the millions.
  const { scores = [], vocab = [] } = model as { scores?: unknown[]; vocab?: unknown[] }
  const long = vocab.slice(0, scores.length).find((piece) => String(piece).length > pieceLengthMax)
  if (long === undefined) return
  throw errors.unsupportedModel(
    `"tokenizer.json" has the piece "${String(long).slice(0, 20)}…" of ${String(long).length} characters; the limit is ${pieceLengthMax}.`,
  )
}

/**
 * Refuses a tokenizer that would take minutes to construct.
 *
 * @throws AppError `unsupported_model`
 */
export function refuseManySpecials(config: object): void {
  const { additional_special_tokens: special = [] } = config as { additional_special_tokens?: unknown }
  if (Array.isArray(special) && special.length > specialMax)
    throw errors.unsupportedModel(
      `"tokenizer_config.json" has ${special.length} "additional_special_tokens"; the limit is ${specialMax}.`,
    )
}
