import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'vitest'
import { inspectFiles } from '../../../../functions/ingest/inspect/inspect-files.ts'
import { itemSizeBytes } from '../../../../shared/table/item-size.ts'

/** Inspects these files, from a store that counts the bytes read. */
export async function inspected(content: Record<string, string | Uint8Array>, sizes: Record<string, number> = {}) {
  const blobs = new Map<string, Buffer>()
  let bytesRead = 0
  const files = Object.entries(content).map(([path, text]) => {
    const bytes = Buffer.from(text)
    const sha256 = createHash('sha256').update(path).update(bytes).digest('hex')
    blobs.set(sha256, bytes)
    return { path, sizeBytes: sizes[path] ?? bytes.length, sha256 }
  })
  const metadata = await inspectFiles({
    files,
    read: async (sha256, { start, end }) => {
      const bytes = (blobs.get(sha256) ?? Buffer.alloc(0)).subarray(start, end + 1)
      bytesRead += bytes.length
      // Like a real store, it answers in a later turn of the event loop.
      await setImmediate()
      return {
        body: (async function* () {
          yield bytes
        })(),
      }
    },
  })
  expect(itemSizeBytes(metadata)).toBeLessThan(310_000)
  return { ...metadata, bytesRead }
}

export const readme = (yaml: string) => ({ 'README.md': `---\n${yaml}\n---\n# A model\n` })

/** A safetensors file with this header, which may claim a wrong length. */
export function safetensors(
  header: string,
  { headerBytes = BigInt(Buffer.byteLength(header)), weightsBytes = 0 } = {},
): Buffer {
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(headerBytes)
  return Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(weightsBytes)])
}
