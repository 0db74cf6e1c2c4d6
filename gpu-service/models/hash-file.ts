import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'

/** Hashed in a millisecond, which is less than starting a thread takes. */
const smallMaxBytes = 1024 * 1024

let turn: Promise<unknown> = Promise.resolve()

/** The sha256 of a file, in hex. A thread reads large ones, one at a time. */
export async function hashFile(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size <= smallMaxBytes) return hash('sha256', await readFile(path), 'hex')
  const hashed = turn.then(() => hashInThread(path))
  turn = hashed.catch(() => undefined)
  return hashed
}

function hashInThread(path: string): Promise<string> {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { workerData: path })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', () => reject(new Error(`the file ${path} was not hashed to its end`)))
  })
}
