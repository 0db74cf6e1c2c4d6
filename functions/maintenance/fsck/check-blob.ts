import { objectKeys } from '../../../shared/objects/keys.ts'
import { hasSaved } from '../backup/saved-blobs.ts'
import { hashOf } from '../hash-of.ts'
import { bringBack } from './bring-back.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

/** A blob must match its hash. A repair removes one that does not, so that nobody reads wrong bytes. */
export async function checkBlob({ sha256 }: { sha256: string }, { objects }: CheckParts): Promise<Discrepancy[]> {
  const found = await hashOf(objects, objectKeys.blob(sha256))
  if (found === undefined || found.sha256 === sha256) return []
  const repair = async () => {
    // Read once more, in case it was uploaded again.
    const again = await hashOf(objects, objectKeys.blob(sha256))
    if (again === undefined || again.sha256 === sha256) return
    if (await hasSaved(objects, { sha256 })) return bringBack(objects, sha256)
    await objects.delete({ keys: [objectKeys.blob(sha256)] })
  }
  const message = `The blob ${sha256} has ${found.sizeBytes} bytes of another content (${found.sha256}). A repair restores it from a backup, or else removes it; then the check lists the files that need it and how to import it again.`
  return [{ kind: 'blob-damaged', place: sha256, severity: 'error', message, repair }]
}
