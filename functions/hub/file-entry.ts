import { createHash } from 'node:crypto'
import type { RevisionFile } from '../../shared/model/revision-id.ts'
import type { RevisionItem } from '../../shared/table/repos.ts'
import { gitBlobSha1, pointerText } from './lfs-pointer.ts'

/** A file in a tree, as clients compare it with their own: `oid` is its git hash, `lfs.oid` its sha256. */
export function fileEntry(file: RevisionFile) {
  const { path, sizeBytes, sha256, gitSha1 } = file
  if (gitSha1 !== undefined) return { type: 'file', oid: gitSha1, size: sizeBytes, path }
  const pointer = pointerText(file)
  const lfs = { oid: sha256, size: sizeBytes, pointerSize: pointer.length }
  return { type: 'file', oid: gitBlobSha1(pointer), size: sizeBytes, path, lfs }
}

/** Clients require a folder's `oid` but never read it; like git's, it changes with the revision. */
export const folderEntry = (revision: string, path: string) => ({
  type: 'directory',
  oid: createHash('sha1').update(`tree ${revision}\0${path}`).digest('hex'),
  size: 0,
  path,
})

/** What `expand` adds. The last revision of each file is not tracked, and files are not scanned here. */
export const expandedBy = (revision: RevisionItem) => ({
  lastCommit: { id: revision.id, title: revision.title, date: revision.createdAt },
  securityFileStatus: { status: 'unscanned', avScan: null, pickleImportScan: null },
})

/** The protocol's ETag: the git sha1 of a small file, the sha256 of an LFS file. */
export const contentTag = ({ sha256, gitSha1 }: RevisionFile): string => `"${gitSha1 ?? sha256}"`
