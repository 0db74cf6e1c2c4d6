import { utimesSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FolderLock, lockTogether } from './folder-lock.ts'
import { lockPath } from './trim-folder.ts'

/** Keeps a revision from being removed, by this process and by others; it counts as used until that is given back. */
export async function holdRevision({ root, revision }: { root: string; revision: string }): Promise<FolderLock> {
  const path = lockPath(root, revision)
  await mkdir(dirname(path), { recursive: true })
  const lock = await lockTogether(path)
  const folder = join(root, revision)
  noteUse(folder)
  return {
    release() {
      noteUse(folder)
      lock.release()
    },
  }
}

/** The time of a revision's folder is when it was last used; one that is not there yet gets its own when it is made. */
function noteUse(folder: string): void {
  const now = new Date()
  try {
    utimesSync(folder, now, now)
  } catch {
    // It is removed sooner than others then, which harms nobody who uses it.
  }
}
