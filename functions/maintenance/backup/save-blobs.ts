import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { createDigestSet, type DigestSet } from '../digest-set.ts'
import { MaintenanceFault, type Phase } from '../jobs/phase.ts'
import type { AnyItem } from '../read-pages.ts'
import type { BackupRecord } from './format.ts'
import { addPart, partAt, partsOf } from './own-parts.ts'
import { copyChecked, lossOf } from './saved-blobs.ts'
import { readPart } from './write-part.ts'

export interface BlobLine {
  sha256: string
  sizeBytes: number
}

/** The blobs listed before `next`, for a process that continues; a new one lists some twice, which is harmless. */
let listed: { backup: string; next: number; hashes: DigestSet } | undefined

/** Lists the blobs of the saved revisions, each once, part by part. */
export const listBlobs: Phase = {
  name: 'list of blobs',
  async run(step) {
    const { parts, memo, cursor } = step
    const id = String(memo.backup)
    const at = Number(cursor ?? 0)
    if (at >= partsOf(step, 'items')) return undefined
    const hashes = listed?.backup === id && listed.next === at ? listed.hashes : createDigestSet()
    // Cleared until the part is written, because a failed write must be tried again with all of its hashes.
    listed = undefined
    const items = await readPart<AnyItem>(parts.objects, { id, part: await partAt(step, 'items', at) })
    const lines: BlobLine[] = items.flatMap(({ pk, sha256, sizeBytes }) =>
      pk.startsWith('FILES#') && typeof sha256 === 'string' && hashes.add(sha256)
        ? [{ sha256, sizeBytes: Number(sizeBytes) }]
        : [],
    )
    await addPart(step, { kind: 'blobs', at, lines })
    listed = { backup: id, next: at + 1, hashes }
    return at + 1 < partsOf(step, 'items') ? { cursor: at + 1 } : undefined
  },
}

const blobsAtOnce = 50

/** Copies the blobs that no backup has yet, and verifies each copy. */
export const copyBlobs: Phase = {
  name: 'blobs',
  async run(step) {
    const { parts, memo, cursor, count } = step
    const id = String(memo.backup)
    const lists = partsOf(step, 'blobs')
    const { list, from } = (cursor ?? { list: 0, from: 0 }) as { list: number; from: number }
    if (list >= lists) return undefined
    const part = await partAt(step, 'blobs', list)
    const lines = await readPart<BlobLine>(parts.objects, { id, part })
    const some = lines.slice(from, from + blobsAtOnce)
    const copied = await inParallel(some, 4, (blob) => copyBlob(blob))
    const { count: before, sizeBytes } = (memo.blobs ?? { count: 0, sizeBytes: 0 }) as NonNullable<
      BackupRecord['blobs']
    >
    const bytes = some.reduce((sum, blob) => sum + blob.sizeBytes, 0)
    memo.blobs = { count: before + some.length, sizeBytes: sizeBytes + bytes }
    count('blobsSaved', copied.filter(Boolean).length)
    if (from + blobsAtOnce < lines.length) return { cursor: { list, from: from + blobsAtOnce } }
    return list + 1 < lists ? { cursor: { list: list + 1, from: 0 } } : undefined

    async function copyBlob({ sha256, sizeBytes }: BlobLine): Promise<boolean> {
      const [blob, to] = [objectKeys.blob(sha256), objectKeys.backupBlob(sha256)]
      if ((await parts.objects.head({ key: to }))?.sizeBytes === sizeBytes) return false
      try {
        await copyChecked(parts.objects, { from: blob, to, sha256 })
        return true
      } catch (error) {
        const loss = lossOf(error)
        if (loss === undefined) throw error
        throw new MaintenanceFault(
          'blob_lost',
          `The content ${sha256} ${loss}, so a backup with objects would be incomplete. "npx slipway fsck --deep" lists the files that need it.`,
        )
      }
    }
  },
}
