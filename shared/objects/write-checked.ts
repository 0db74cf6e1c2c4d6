import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ChecksumMismatch, SizeMismatch } from './object-store.ts'

/** Streams content into a new temporary file, counting and hashing it; removes the file on any error. */
export async function writeChecked({ folder, body, sizeBytes, sha256 }: WriteRequest): Promise<string> {
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, randomUUID())
  const hash = createHash('sha256')
  let written = 0
  async function* counted() {
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      written += chunk.byteLength
      if (written > sizeBytes) throw new SizeMismatch(`more than the announced ${sizeBytes} bytes came`)
      if (sha256 !== undefined) hash.update(chunk)
      yield chunk
    }
  }
  // A stream that opens the file by itself may do so only after the content failed and the file was removed.
  const file = await open(temporary, 'wx')
  try {
    await pipeline(counted, file.createWriteStream())
    if (written !== sizeBytes) throw new SizeMismatch(`${written} bytes came, ${sizeBytes} were announced`)
    const actual = sha256 === undefined ? undefined : hash.digest('hex')
    if (actual !== sha256) throw new ChecksumMismatch(`the content's sha256 is ${actual}, not ${sha256}`)
    return temporary
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

interface WriteRequest {
  folder: string
  body: AsyncIterable<Uint8Array> | Uint8Array
  sizeBytes: number
  sha256?: string | undefined
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
