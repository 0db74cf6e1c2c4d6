import { createHash } from 'node:crypto'

/** One file of a revision; its content is the blob with that sha256. */
export interface RevisionFile {
  path: string
  sizeBytes: number
  sha256: string
  /** The git blob id that the Hub protocol shows for small files, if the source gave one. */
  gitSha1?: string | undefined
}

/**
 * The 40-hex id of a revision, derived from its origin and content: importing the same state twice gives the same
 * revision, and a partial import (patterns, policy) never gets the id of a whole one.
 */
export function revisionId({ origin, files }: { origin: string; files: readonly RevisionFile[] }): string {
  const hash = createHash('sha256').update('slipway revision 1\0').update(origin).update('\0')
  for (const file of sortedByPath(files)) hash.update(`${file.path}\0${file.sizeBytes}\0${file.sha256}\0`)
  return hash.digest('hex').slice(0, 40)
}

export const sortedByPath = <Item extends { path: string }>(items: readonly Item[]): Item[] =>
  items.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
