import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

/** A file of the stand-in: bytes in memory, a file on disk, or bytes generated while they are read. */
export type HubFile =
  | { path: string; content: string | Uint8Array }
  | { path: string; diskPath: string }
  | { path: string; sizeBytes: number; seed: number }

export async function sizeOf(file: HubFile): Promise<number> {
  if ('content' in file) return Buffer.byteLength(file.content)
  if ('diskPath' in file) return (await stat(file.diskPath)).size
  return file.sizeBytes
}

/** Bytes `start` to `end` of a file; `end` is exclusive, so that a range can be empty. */
export async function* readBytes({ file, start, end }: ReadInput): AsyncGenerator<Uint8Array> {
  if (start >= end) return
  if ('content' in file) yield Buffer.from(file.content).subarray(start, end)
  else if ('diskPath' in file) yield* createReadStream(file.diskPath, { start, end: end - 1 })
  else yield* madeUpBytes({ seed: file.seed, start, end })
}

interface ReadInput {
  file: HubFile
  start: number
  end: number
}

/** All bytes that `{ sizeBytes, seed }` stands for, to compare with what a client received. */
export async function bytesOf(file: HubFile): Promise<Buffer> {
  return buffer(readBytes({ file, start: 0, end: await sizeOf(file) }))
}

export async function hashFile({ file, algorithm, prefix = '' }: HashInput): Promise<string> {
  const hash = createHash(algorithm).update(prefix)
  for await (const chunk of readBytes({ file, start: 0, end: await sizeOf(file) })) hash.update(chunk)
  return hash.digest('hex')
}

interface HashInput {
  file: HubFile
  algorithm: 'sha1' | 'sha256'
  prefix?: string
}

export async function filesOfFolder(folder: string): Promise<HubFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((diskPath) => ({ diskPath, path: diskPath.slice(join(folder, '/').length).replaceAll('\\', '/') }))
}

const cipherBlockBytes = 16
const chunkBytes = 64 * 1024

/** A cipher in counter mode can start at any block, so a range of a large file costs only that range. */
async function* madeUpBytes({ seed, start, end }: { seed: number; start: number; end: number }) {
  const key = createHash('md5').update(`slipway test bytes ${seed}`).digest()
  for (let at = start; at < end; ) {
    const block = Math.floor(at / cipherBlockBytes)
    const counter = Buffer.alloc(cipherBlockBytes)
    counter.writeBigUInt64BE(BigInt(block), 8)
    const skip = at - block * cipherBlockBytes
    const length = Math.min(chunkBytes, end - at)
    yield createCipheriv('aes-128-ctr', key, counter)
      .update(Buffer.alloc(skip + length))
      .subarray(skip)
    at += length
  }
}
