import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

/** The sha256 of a file, in hex. It keeps its thread busy until all is read: for one that serves nobody. */
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
