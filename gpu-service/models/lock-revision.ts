import { utimesSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FolderLock, lockTogether } from './folder-lock.ts'
import { lockPath } from './trim-folder.ts'

/** Keeps a revision from being removed by any process until it is released, and marks it as used. */
export async function lockRevision({ root, revision }: { root: string; revision: string }): Promise<FolderLock> {
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

/** A folder's time is its last use; a new one gets it on creation. */
function noteUse(folder: string): void {
  const now = new Date()
  try {
    utimesSync(folder, now, now)
  } catch {
    // It is removed sooner than others then, which is harmless.
  }
}
