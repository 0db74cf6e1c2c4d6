import { errors, messageOf } from '../../../shared/errors.ts'
import { duplicateKey } from '../../../shared/http/duplicate-key.ts'

/**
 * Parses a request's JSON after its elements were extracted, so that duplicate names, even of "data", are found without
 * scanning millions of numbers again. @throws AppError `invalid_json`
 */
export function parseOutline(text: string): unknown {
  const twice = duplicateKey(text)
  let outline: unknown
  try {
    outline = JSON.parse(text)
  } catch (error) {
    throw errors.invalidJson(messageOf(error).slice(0, 300))
  }
  if (twice !== undefined) throw errors.invalidJson(`it holds "${twice.slice(0, 100)}" twice`)
  return outline
}
