import { errors } from '../../../shared/errors.ts'
import type { Truncation } from '../capabilities.ts'
import type { Tokens } from './embeddings.ts'

/**
 * Token ids that a caller made, special ones included; where they are to be cut, nothing is put in the place of what is.
 * @throws AppError `invalid_input` naming the one at fault
 */
export function acceptIds({ ids: given, param, maxTokens, vocabularySize, truncation }: AcceptIds): Tokens {
  // Before any is looked at: a body may hold millions.
  if (given.length > maxTokens && !truncation?.truncate)
    throw errors.invalidInput(`"${param}" has ${given.length} tokens; the model takes at most ${maxTokens}.`, param)
  const from = truncation?.direction === 'left' ? Math.max(0, given.length - maxTokens) : 0
  const ids = given.slice(from, from + maxTokens)
  if (ids.length === 0) throw errors.invalidInput(`"${param}" holds no tokens.`, param)
  const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= (vocabularySize ?? 2 ** 31))
  if (wrong < 0) return ids
  const range = vocabularySize === undefined ? '' : ` (0 to ${vocabularySize - 1})`
  throw errors.invalidInput(
    `"${param}[${from + wrong}]" is ${ids[wrong]}, which is not a token id of this model${range}.`,
    `${param}[${from + wrong}]`,
  )
}

interface AcceptIds {
  ids: readonly number[]
  param: string
  maxTokens: number
  vocabularySize: number | undefined
  /** What is too long is refused where nothing is said of it. */
  truncation?: Truncation | undefined
}
