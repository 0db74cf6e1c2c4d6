import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'

/** Parses a text or a list of texts. @throws AppError `invalid_input` naming the item at fault */
export function readTexts(inputs: unknown): string[] {
  const texts: unknown[] = Array.isArray(inputs) ? inputs : [inputs]
  if (texts.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one text.', 'inputs')
  if (texts.length > inputsMax)
    throw errors.invalidInput(`"inputs" has ${texts.length} texts; the limit is ${inputsMax} per request.`, 'inputs')
  return texts.map((text, index) => {
    if (typeof text === 'string') return text
    const param = Array.isArray(inputs) ? `inputs[${index}]` : 'inputs'
    throw errors.invalidInput(`"${param}" must be a text.`, param)
  })
}
