import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { SkippedFile } from '../../shared/contract/import.ts'
import { isCode } from '../../shared/objects/write-checked.ts'

/** Entries of a folder that are no files. `cp -r` from the Hugging Face cache leaves links in place of the weights. */
export async function droppedLinks({ root, folder }: { root: string; folder: string }): Promise<SkippedFile[]> {
  const top = join(root, folder)
  const entries = await entriesBelow(top)
  return entries
    .filter((entry) => !entry.isFile() && !entry.isDirectory())
    .map((entry) => ({
      path: relative(top, join(entry.parentPath, entry.name)).split(sep).join('/'),
      reason: entry.isSymbolicLink()
        ? 'is a link, and links are not followed; copy with "cp -rL"'
        : 'is not a plain file',
    }))
}

async function entriesBelow(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true, recursive: true })
  } catch (error) {
    // A folder inside it disappeared, so the listing is incomplete and is repeated.
    if (isCode(error, 'ENOENT') && (error as NodeJS.ErrnoException).path === folder) return []
    throw error
  }
}
