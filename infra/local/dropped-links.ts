import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { SkippedFile } from '../../shared/contract/import.ts'
import { isCode } from '../../shared/objects/write-checked.ts'

/**
 * What lies in a folder and is no file that could be taken in. `cp -r` leaves links where the cache of Hugging Face has
 * them, which is where the weights should be.
 */
export async function droppedLinks({ root, folder }: { root: string; folder: string }): Promise<SkippedFile[]> {
  const top = join(root, folder)
  const entries = await entriesBelow(top)
  return entries
    .filter((entry) => !entry.isFile() && !entry.isDirectory())
    .map((entry) => ({
      path: relative(top, join(entry.parentPath, entry.name)).split(sep).join('/'),
      reason: entry.isSymbolicLink() ? 'is a link, which is not followed; copy with "cp -rL"' : 'is no plain file',
    }))
}

async function entriesBelow(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true, recursive: true })
  } catch (error) {
    // Where a folder in it went away meanwhile, what the others hold is not known: it is looked at again.
    if (isCode(error, 'ENOENT') && (error as NodeJS.ErrnoException).path === folder) return []
    throw error
  }
}
