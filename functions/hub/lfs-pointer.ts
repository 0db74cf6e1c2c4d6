import { createHash } from 'node:crypto'
import type { RevisionFile } from '../../shared/model/revision-id.ts'

/** What git stores in place of a large file. */
export const pointerText = ({ sha256, sizeBytes }: Pick<RevisionFile, 'sha256' | 'sizeBytes'>): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${sizeBytes}\n`

/** The git hash of a file's content. */
export function gitBlobSha1(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}
