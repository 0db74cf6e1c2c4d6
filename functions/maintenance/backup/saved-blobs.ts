import { objectKeys } from '../../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../../shared/objects/object-store.ts'
import { hashOf } from '../hash-of.ts'

/** Backups share one copy of each blob, by its hash. */
interface SavedBlob {
  sha256: string
  sizeBytes?: number
}

export async function hasSaved(objects: ObjectStore, { sha256, sizeBytes }: SavedBlob): Promise<boolean> {
  const saved = await objects.head({ key: objectKeys.backupBlob(sha256) })
  return saved !== undefined && (sizeBytes === undefined || saved.sizeBytes === sizeBytes)
}

/** Restores a blob from the backups, and verifies it. @throws DamagedBlob where the copy is damaged, too */
export async function saveBack(objects: ObjectStore, { sha256 }: SavedBlob): Promise<void> {
  await copyChecked(objects, { from: objectKeys.backupBlob(sha256), to: objectKeys.blob(sha256), sha256 })
}

/** Copies a blob and hashes the copy, so that a damaged one is not accepted. @returns its size */
export async function copyChecked(
  objects: ObjectStore,
  { from, to, sha256 }: { from: string; to: string; sha256: string },
): Promise<number> {
  await objects.copy({ from, to })
  const found = await hashOf(objects, to)
  if (found?.sha256 === sha256) return found.sizeBytes
  await objects.delete({ keys: [to] })
  throw new DamagedBlob(sha256)
}

/** Why a blob could not be copied, if the blob itself is the cause. */
export function lossOf(error: unknown): string | undefined {
  if (error instanceof ObjectMissing) return 'is not there'
  return error instanceof DamagedBlob ? 'is damaged' : undefined
}

export class DamagedBlob extends Error {
  override name = 'DamagedBlob'
  constructor(sha256: string) {
    super(`the content ${sha256} is damaged`)
  }
}
