import { errors } from '../../../shared/errors.ts'
import { pictureFormats } from './picture-format.ts'

/** A picture in a request. */
export type PictureInput = { bytes: Uint8Array } | { url: string }

const acceptedForms = `bytes as the body, base64, a data: URL, {"image": base64} or {"url": address}`

/** Accepts every form in which common clients send a picture. @throws AppError `invalid_input` */
export function readPictureInput(value: unknown, param: string): PictureInput {
  if (value instanceof Uint8Array) return { bytes: value }
  if (typeof value === 'string') return fromText(value, param)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { image, url } = value as Record<string, unknown>
    if (typeof image === 'string') return fromText(image, `${param}.image`)
    if (typeof url === 'string') return fromText(url, `${param}.url`)
  }
  throw errors.invalidInput(`"${param}" must be a picture: ${acceptedForms}.`, param)
}

/** Parses one picture or a list of them. @throws AppError `invalid_input` */
export function readPictureInputs(inputs: unknown, max: number): { pictures: PictureInput[]; isList: boolean } {
  if (!Array.isArray(inputs)) return { pictures: [readPictureInput(inputs, 'inputs')], isList: false }
  if (inputs.length === 0) throw errors.invalidInput('"inputs" is empty: send at least one picture.', 'inputs')
  if (inputs.length > max)
    throw errors.invalidInput(`"inputs" has ${inputs.length} pictures; the limit is ${max} per request.`, 'inputs')
  return { pictures: inputs.map((value, index) => readPictureInput(value, `inputs[${index}]`)), isList: true }
}

function fromText(text: string, param: string): PictureInput {
  if (/^https?:\/\//i.test(text)) return { url: text }
  if (text === '') throw errors.invalidInput(`"${param}" is empty; send a ${pictureFormats} picture.`, param)
  if (!/^data:/i.test(text)) return { bytes: fromBase64(text, param) }
  const comma = text.slice(0, 200).indexOf(',')
  if (comma < 0 || !/;base64$/i.test(text.slice(0, comma)))
    throw errors.invalidInput(`"${param}" must be a data: URL with ";base64,".`, param)
  return { bytes: fromBase64(text.slice(comma + 1), param) }
}

/** Node skips invalid characters, so a result that is too short means that the text is not base64. */
function fromBase64(text: string, param: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length < Math.floor(text.length / 4) * 2)
    throw errors.invalidInput(`"${param}" is not base64; send a picture as ${acceptedForms}.`, param)
  return bytes
}
