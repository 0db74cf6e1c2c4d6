import { errors, messageOf } from '../../../shared/errors.ts'
import { duplicateKey } from '../../../shared/http/duplicate-key.ts'

/**
 * A request's JSON without the elements of its tensors, whose places are in it: that a name stands there twice, "data"
 * too, is seen in it, and the millions of numbers are not gone through again. @throws AppError `invalid_json`
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
