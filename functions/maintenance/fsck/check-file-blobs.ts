import { inParallel } from '../../../shared/in-parallel.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'
import { hasSaved } from '../backup/saved-blobs.ts'
import { bringBack } from './bring-back.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'
import { reimportMirror } from './reimport-mirror.ts'

const concurrency = 16

/** Every file of a revision needs a blob of its size. */
export async function checkFileBlobs(
  { item, files, place }: { item: RevisionItem; files: readonly RevisionFile[]; place: string },
  parts: CheckParts,
): Promise<Discrepancy[]> {
  const { objects } = parts
  const checked = await inParallel(files, concurrency, async ({ path, sha256, sizeBytes }): Promise<Discrepancy[]> => {
    const blob = await objects.head({ key: objectKeys.blob(sha256) })
    if (blob?.sizeBytes === sizeBytes) return []
    const isSaved = await hasSaved(objects, { sha256, sizeBytes })
    const state = blob === undefined ? 'is not there' : `has ${blob.sizeBytes} bytes instead of ${sizeBytes}`
    const again = isSaved || blob !== undefined ? undefined : await reimportMirror(item, parts)
    const way = isSaved ? 'A backup has it.' : again ? fromMirrored : wayBack(item, blob !== undefined)
    return [
      {
        kind: blob === undefined ? 'blob-missing' : 'blob-wrong',
        place: `${place}:${path}`,
        severity: 'error',
        message: `The content ${sha256} of "${path}" ${state}. ${way}`,
        ...(isSaved && { repair: () => bringBack(objects, sha256) }),
        ...(again && { repair: again }),
      },
    ]
  })
  return checked.flat()
}

const fromMirrored = 'The mirrored Hub has it: a repair imports it again, which "npx slipway status" shows.'

/** How to restore content that nothing here has. */
function wayBack({ source }: RevisionItem, isDamaged: boolean): string {
  const first = isDamaged ? 'Run "npx slipway fsck --deep --repair", which removes damaged blobs, then ' : ''
  const again = source.startsWith('upload://') ? 'commit the file again' : `import it again: npx slipway pull ${source}`
  return `${first === '' ? again.charAt(0).toUpperCase() + again.slice(1) : first + again}.`
}
