import { createHash } from 'node:crypto'
import { ChecksumMismatch } from '../../../shared/objects/object-store.ts'

/** Passes bytes through, and withholds the last ones unless the hash of all is right. */
export async function* verifiedBody(body: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let last: Uint8Array | undefined
  for await (const chunk of body) {
    if (last !== undefined) yield last
    hash.update(chunk)
    last = chunk
  }
  const found = hash.digest('hex')
  if (found !== sha256) throw new ChecksumMismatch(`the content's sha256 is ${found}, not ${sha256}`)
  if (last !== undefined) yield last
}
