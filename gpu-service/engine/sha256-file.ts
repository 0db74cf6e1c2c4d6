import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

/** The sha256 of a file, in hex. Blocks the thread, so only for processes that serve no requests. */
export function sha256File(path: string): string {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(1024 * 1024)
  const file = openSync(path, 'r')
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read))
  } finally {
    closeSync(file)
  }
  return hash.digest('hex')
}
