import { errors } from '../../../shared/errors.ts'
import { inputsMax } from '../limits.ts'

/** A text, or a pair of texts, with its name for error messages. */
export interface TextInput {
  text: string
  pair?: string | undefined
  param: string
}

/**
 * Parses the `inputs` of a pipeline: a text or a list of texts; with `pairs` also `{text, text_pair}` and lists of two
 * texts.
 * @throws AppError `invalid_input` naming the item at fault
 */
export function readTexts(inputs: unknown, { pairs = false } = {}): { items: TextInput[]; isList: boolean } {
  if (!Array.isArray(inputs)) return { items: [readOne(inputs, { param: 'inputs', pairs })], isList: false }
  const list: unknown[] = inputs
  if (list.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one text.', 'inputs')
  if (list.length > inputsMax)
    throw errors.invalidInput(`"inputs" has ${list.length} texts; the limit is ${inputsMax} per request.`, 'inputs')
  return { items: list.map((one, index) => readOne(one, { param: `inputs[${index}]`, pairs })), isList: true }
}

function readOne(value: unknown, { param, pairs }: { param: string; pairs: boolean }): TextInput {
  if (typeof value === 'string') return { text: value, param }
  if (!pairs) throw errors.invalidInput(`"${param}" must be a text.`, param)
  if (Array.isArray(value)) {
    const [first, second]: unknown[] = value
    if (value.length === 2 && typeof first === 'string' && typeof second === 'string')
      return { text: first, pair: second, param }
  } else if (typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string') {
    const pair = 'text_pair' in value ? value.text_pair : undefined
    if (pair === undefined || pair === null) return { text: value.text, param }
    if (typeof pair === 'string') return { text: value.text, pair, param }
  }
  throw errors.invalidInput(`"${param}" must be a text, {"text", "text_pair"} or a list of two texts.`, param)
}
