import { createHash } from 'node:crypto'
import type { ModelSource } from '../../../shared/hf/source.ts'

/** A source with its files in memory; it reports the hash of each, like a Hub for its LFS files. */
export function memorySource(files: Readonly<Record<string, string>>): ModelSource {
  const listed = Object.entries(files).map(([path, content]) => ({
    path,
    sizeBytes: Buffer.byteLength(content),
    sha256: sha256Of(content),
  }))
  return {
    list: async () => ({ revision: createHash('sha1').update(JSON.stringify(listed)).digest('hex'), files: listed }),
    async open({ file, start, end }) {
      const content = Buffer.from(files[file.path] ?? '').subarray(start, end + 1)
      return (async function* () {
        yield content
      })()
    },
  }
}

const sha256Of = (content: string): string => createHash('sha256').update(content).digest('hex')
