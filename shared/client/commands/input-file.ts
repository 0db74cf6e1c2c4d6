import { readFile, stat } from 'node:fs/promises'
import { messageOf } from '../../errors.ts'
import { UsageError } from '../command.ts'
import { shellWord } from '../shell-word.ts'

/** No service accepts a larger picture. */
const fileMaxBytes = 16 * 1024 ** 2

interface InputFile {
  path: string
  deployment: string
}

/**
 * The bytes to send as they are. @throws UsageError for an unreadable file, or for JSON, which no server accepts as a
 * file
 */
export async function bytesOf({ path, deployment }: InputFile): Promise<Uint8Array> {
  if (path === '') throw new UsageError('"@" needs the name of a file, as in @photo.jpg')
  const found = await stat(path).catch((error) => {
    const isMissing = error.code === 'ENOENT'
    throw new UsageError(`"${path}" cannot be read: ${isMissing ? 'there is no such file' : messageOf(error)}`)
  })
  if (!found.isFile()) throw new UsageError(`"${path}" is not a file`)
  if (found.size > fileMaxBytes) throw new UsageError(`"${path}" is larger than ${fileMaxBytes} bytes`)
  const bytes = await readFile(path).catch((error) => {
    throw new UsageError(`"${path}" cannot be read: ${messageOf(error)}`)
  })
  if (!isJson(bytes)) return new Uint8Array(bytes)
  throw new UsageError(
    `to send a JSON file: ${piped({ path, deployment })} ("@" sends the bytes of a file unchanged, such as an image)`,
  )
}

/** A hint for a user who gave a file's bare name as the input; `undefined` where no such file exists. */
export async function fileMeant({ path, deployment }: InputFile): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true || found.size > fileMaxBytes) return undefined
  const bytes = await readFile(path).catch(() => undefined)
  if (bytes === undefined) return undefined
  return isJson(bytes)
    ? piped({ path, deployment })
    : `slipway predict ${shellWord(deployment)} ${shellWord(`@${path}`)}`
}

const piped = ({ path, deployment }: InputFile) => `slipway predict ${shellWord(deployment)} - < ${shellWord(path)}`

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return true
  } catch {
    return false
  }
}
