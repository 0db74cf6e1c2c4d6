import { inParallel } from '../in-parallel.ts'
import { keys } from './keys.ts'
import { absent, ConditionFailed, type Table } from './table.ts'
import { countUse } from './usage.ts'

export interface Blob {
  sha256: string
  sizeBytes: number
}

/** With the counter, no more than a transaction takes. */
const blobsAtOnce = 90
const readsAtOnce = 16
const triesMax = 10

/** @returns whether the owner holds the blob, through whatever revision of its repos. */
export const holdsBlob = async (table: Table, { owner, sha256 }: { owner: string; sha256: string }): Promise<boolean> =>
  (await table.get(keys.heldBlob(owner, sha256))) !== undefined

/**
 * Counts the blobs of a revision that its owner does not hold yet against its stored bytes, each once however often it
 * is asked. @throws StoredBytesExceeded
 */
export async function holdBlobs(table: Table, { owner, blobs, storedBytesMax, now }: HoldBlobs): Promise<void> {
  const distinct = [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()]
  for (let start = 0; start < distinct.length; start += blobsAtOnce)
    await holdSome(table, { owner, blobs: distinct.slice(start, start + blobsAtOnce), storedBytesMax, now })
}

interface HoldBlobs {
  owner: string
  blobs: readonly Blob[]
  storedBytesMax?: number | undefined
  now: Date
}

async function holdSome(table: Table, { owner, blobs, storedBytesMax, now }: HoldBlobs): Promise<void> {
  for (let tries = 1; ; tries++) {
    const held = await inParallel(blobs, readsAtOnce, ({ sha256 }) => holdsBlob(table, { owner, sha256 }))
    const missing = blobs.filter((_, at) => held[at] === false)
    if (missing.length === 0) return
    const by = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const since = now.toISOString()
    const puts = missing.map(({ sha256, sizeBytes }) => ({
      put: { ...keys.heldBlob(owner, sha256), sizeBytes, since },
      condition: absent,
    }))
    const count = countUse({
      owner,
      what: 'storedBytes',
      by,
      ...(storedBytesMax !== undefined && { max: storedBytesMax }),
    })
    try {
      return await table.transact([count, ...puts])
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      if (error.failed[0] === true) throw new StoredBytesExceeded(owner, by)
      // Another revision of the same owner took some of them meanwhile.
      if (tries === triesMax) throw error
    }
  }
}

/** The owner may not store so much more. */
export class StoredBytesExceeded extends Error {
  override name = 'StoredBytesExceeded'
  readonly owner: string
  readonly moreBytes: number
  constructor(owner: string, moreBytes: number) {
    super(`"${owner}" may not store ${moreBytes} bytes more`)
    this.owner = owner
    this.moreBytes = moreBytes
  }
}
