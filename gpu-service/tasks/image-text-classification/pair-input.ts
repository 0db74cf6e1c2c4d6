import { errors } from '../../../shared/errors.ts'
import { type PictureInput, readPictureInput } from '../image/picture-input.ts'
import { picturesMax } from '../image/picture-limits.ts'

/** A picture with its text. */
interface PairInput {
  picture: PictureInput
  text: string
  /** The pair's name in the request. */
  param: string
}

/** Parses `{image, text}` or a list of them. @throws AppError `invalid_input` naming the item at fault. */
export function readPairInputs(inputs: unknown): { pairs: PairInput[]; isList: boolean } {
  if (!Array.isArray(inputs)) return { pairs: [readPair(inputs, 'inputs')], isList: false }
  if (inputs.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one pair.', 'inputs')
  if (inputs.length > picturesMax)
    throw errors.invalidInput(`"inputs" has ${inputs.length} pairs; the limit is ${picturesMax} per request.`, 'inputs')
  return { pairs: inputs.map((value, index) => readPair(value, `inputs[${index}]`)), isList: true }
}

function readPair(value: unknown, param: string): PairInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array)
    throw errors.invalidInput(`"${param}" must be {"image": a picture, "text": a text}.`, param)
  const { text, ...rest } = value as Record<string, unknown>
  if (typeof text !== 'string') throw errors.invalidInput(`"${param}.text" must be a text.`, `${param}.text`)
  return { picture: readPictureInput(rest, param), text, param }
}
