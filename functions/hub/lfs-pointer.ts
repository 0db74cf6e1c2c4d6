import { createHash } from 'node:crypto'
import type { RevisionFile } from '../../shared/model/revision-id.ts'

/** What git holds in the place of a large file. */
export const pointerText = ({ sha256, sizeBytes }: Pick<RevisionFile, 'sha256' | 'sizeBytes'>): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${sizeBytes}\n`

/** The name that git gives to a text. */
export const gitBlobSha1 = (text: string): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex')
