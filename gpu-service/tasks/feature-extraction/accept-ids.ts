import { errors } from '../../../shared/errors.ts'
import type { Truncation } from '../text/truncation.ts'
import type { Tokens } from './embedding-input.ts'

/**
 * Validates token ids sent by a caller, which include the special tokens; truncation cuts those off like any others.
 *
 * @throws AppError `invalid_input` naming the item at fault
 */
export function acceptIds({ ids: given, param, maxTokens, vocabularySize, truncation }: AcceptIds): Tokens {
  // Before the ids are looked at, because a body may hold millions.
  if (given.length > maxTokens && !truncation?.truncate)
    throw errors.invalidInput(`"${param}" has ${given.length} tokens; the model takes at most ${maxTokens}.`, param)
  const from = truncation?.direction === 'left' ? Math.max(0, given.length - maxTokens) : 0
  const ids = given.slice(from, from + maxTokens)
  if (ids.length === 0) throw errors.invalidInput(`"${param}" holds no tokens.`, param)
  const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= (vocabularySize ?? 2 ** 31))
  if (wrong < 0) return ids
  const range = vocabularySize === undefined ? '' : ` (0 to ${vocabularySize - 1})`
  throw errors.invalidInput(
    `"${param}[${from + wrong}]" is ${ids[wrong]}, which is not a token id of this model${range}. ${advice}`,
    `${param}[${from + wrong}]`,
  )
}

/** Clients that tokenize for OpenAI's models send the ids of those to whatever they are told is OpenAI. */
const advice =
  'Token ids must come from its own tokenizer; send texts instead (LangChain: check_embedding_ctx_length=False).'

interface AcceptIds {
  ids: readonly number[]
  param: string
  maxTokens: number
  vocabularySize: number | undefined
  /** @default ids over the limit are refused */
  truncation?: Truncation | undefined
}
