import { lastCharacter } from '../../shared/table/last-character.ts'
import type { RevisionItem } from '../../shared/table/repos.ts'
import { listFiles } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'
import { fileEntry, folderEntry } from './file-entry.ts'

export type TreeEntry = ReturnType<typeof fileEntry> | ReturnType<typeof folderEntry>

/**
 * A page of a folder, sorted by path, each folder before its content. Without `isRecursive`, a subfolder of a million
 * files costs one more read, because the next one starts behind it.
 */
export async function readTreePage({ table, revision, folder, isRecursive, after, limit }: TreeInput) {
  const prefix = folder === '' ? '' : `${folder}/`
  const { id, repoId } = revision
  const entries: TreeEntry[] = []
  let position = after
  for (;;) {
    const page = await listFiles(table, { repoId, revision: id, prefix, after: position, limit: limit + 1 })
    for (const file of page.items) {
      if (isBehind(file.path, position)) continue
      if (entries.length >= limit) return { entries, next: position }
      const folders = foldersOf(file.path, prefix)
      const [top] = folders
      if (isRecursive || top === undefined) {
        const entered = folders.filter((path) => position?.startsWith(`${path}/`) !== true)
        entries.push(...entered.map((path) => folderEntry(id, path)), fileEntry(file))
        position = file.path
      } else {
        entries.push(folderEntry(id, top))
        position = `${top}/${lastCharacter}`
      }
    }
    if (page.nextKey === undefined) return { entries, next: undefined }
  }
}

interface TreeInput {
  table: Table
  revision: RevisionItem
  /** Without a trailing slash; empty for the root. */
  folder: string
  isRecursive: boolean
  /** Where the previous page ended: a file's path, or a whole folder. */
  after: string | undefined
  limit: number
}

const isBehind = (path: string, position: string | undefined): boolean =>
  position?.endsWith(`/${lastCharacter}`) === true && path.startsWith(position.slice(0, -lastCharacter.length))

/** The folders between a prefix and a file, outermost first. */
function foldersOf(path: string, prefix: string): string[] {
  const names = path.slice(prefix.length).split('/').slice(0, -1)
  return names.map((_, at) => prefix + names.slice(0, at + 1).join('/'))
}
