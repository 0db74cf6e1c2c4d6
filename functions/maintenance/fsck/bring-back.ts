import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { DamagedBlob, saveBack } from '../backup/saved-blobs.ts'

/** Restores a blob from the backups; a damaged copy is removed, so that the next backup saves it anew. */
export async function bringBack(objects: ObjectStore, sha256: string): Promise<void> {
  try {
    await saveBack(objects, { sha256 })
  } catch (error) {
    if (!(error instanceof DamagedBlob)) throw error
    await objects.delete({ keys: [objectKeys.backupBlob(sha256)] })
    throw new Error("the backup's is damaged too, and was removed", { cause: error })
  }
}
