import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

/** The thread that reads a file from its first byte to its last, so that the one that serves HTTP does not. */
const hash = createHash('sha256')
const chunk = Buffer.alloc(1024 * 1024)
const file = openSync(String(workerData), 'r')
try {
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read))
} finally {
  closeSync(file)
}
parentPort?.postMessage(hash.digest('hex'))
