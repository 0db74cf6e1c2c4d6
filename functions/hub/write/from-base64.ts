import { errors } from '../../../shared/errors.ts'

/** Node skips invalid base64 characters, which would silently shorten a file. */
export function fromBase64(text: string, path: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  const wanted = text.replace(/=+$/, '')
  if (bytes.toString('base64').replace(/=+$/, '') !== wanted || text.length - wanted.length > 2)
    throw errors.invalidRequest(`The content of "${path}" is not base64.`, 'file.content')
  return bytes
}
