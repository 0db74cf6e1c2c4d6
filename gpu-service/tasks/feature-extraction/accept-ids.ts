import { errors } from '../../../shared/errors.ts'
import type { Tokens } from './embeddings.ts'

/** Token ids that a caller made, special ones included. @throws AppError `invalid_input` naming the one at fault */
export function acceptIds({ ids, param, maxTokens, vocabularySize }: AcceptIds): Tokens {
  if (ids.length === 0) throw errors.invalidInput(`"${param}" holds no tokens.`, param)
  if (ids.length > maxTokens)
    throw errors.invalidInput(`"${param}" has ${ids.length} tokens; the model takes at most ${maxTokens}.`, param)
  const wrong = ids.findIndex((id) => !Number.isInteger(id) || id < 0 || id >= (vocabularySize ?? 2 ** 31))
  if (wrong < 0) return ids
  const range = vocabularySize === undefined ? '' : ` (0 to ${vocabularySize - 1})`
  throw errors.invalidInput(
    `"${param}[${wrong}]" is ${ids[wrong]}, which is not a token id of this model${range}.`,
    `${param}[${wrong}]`,
  )
}

interface AcceptIds {
  ids: readonly number[]
  param: string
  maxTokens: number
  vocabularySize: number | undefined
}
