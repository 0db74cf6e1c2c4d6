import { inParallel } from '../in-parallel.ts'
import { asSeen } from './as-seen.ts'
import { keys } from './keys.ts'
import { QuotaExceeded, readOwnerUse } from './quotas.ts'
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

export interface HeldBlobItem {
  sizeBytes: number
  since: string
  /** The collection that found no revision which needs it, and is about to give it back. */
  condemnedBy?: string | undefined
}

const getHeldBlob = (table: Table, { owner, sha256 }: { owner: string; sha256: string }) =>
  table.get<HeldBlobItem>(keys.heldBlob(owner, sha256))

/** @returns whether the owner holds the blob, through whatever revision of its repos. */
export async function holdsBlob(table: Table, blob: { owner: string; sha256: string }): Promise<boolean> {
  const held = await getHeldBlob(table, blob)
  return held !== undefined && held.condemnedBy === undefined
}

/**
 * Counts the blobs of a revision that its owner does not hold yet against its stored bytes, each once however often it
 * is asked. They are held before the revision is published, so that nothing is published beyond the quota; where it is
 * not published after all, the garbage collection finds blobs held that no revision has, and gives their bytes back.
 * @throws StoredBytesExceeded
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
    const held = await inParallel(blobs, readsAtOnce, ({ sha256 }) => getHeldBlob(table, { owner, sha256 }))
    const condemned = blobs.filter((_, at) => held[at]?.condemnedBy !== undefined)
    if (!(await takeBack(table, { owner, condemned }))) continue
    const missing = blobs.filter((_, at) => held[at] === undefined)
    if (missing.length === 0) return
    const by = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const since = now.toISOString()
    const puts = missing.map(({ sha256, sizeBytes }) => ({
      put: { ...keys.heldBlob(owner, sha256), sizeBytes, since },
      condition: absent,
    }))
    const count = countUse({ owner, what: 'storedBytes', by, max: storedBytesMax })
    try {
      return await table.transact([count, ...puts])
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      // Where another revision of the same owner took some of them meanwhile, fewer are to be counted.
      if (!error.failed.slice(1).includes(true))
        throw await storedBytesExceeded(table, { owner, moreBytes: by, storedBytesMax })
      if (tries === triesMax) throw error
    }
  }
}

/** @returns whether all of them are still there. */
async function takeBack(table: Table, { owner, condemned }: { owner: string; condemned: readonly Blob[] }) {
  if (condemned.length === 0) return true
  const change = { expression: 'REMOVE condemnedBy', condition: 'attribute_exists(pk)' }
  // A collection may have given one of them back a moment ago.
  return asSeen(() => table.transact(condemned.map(({ sha256 }) => ({ update: keys.heldBlob(owner, sha256), change }))))
}

/** The owner may not store so much more. */
export class StoredBytesExceeded extends QuotaExceeded {
  override name = 'StoredBytesExceeded'
  readonly moreBytes: number
  constructor({ owner, limit, used, moreBytes }: { owner: string; limit: number; used: number; moreBytes: number }) {
    super({ owner, quota: 'storedBytes', limit, used, more: moreBytes })
    this.moreBytes = moreBytes
  }
}

async function storedBytesExceeded(
  table: Table,
  { owner, moreBytes, storedBytesMax = 0 }: { owner: string; moreBytes: number; storedBytesMax: number | undefined },
): Promise<StoredBytesExceeded> {
  const { use, own } = await readOwnerUse(table, owner)
  return new StoredBytesExceeded({ owner, limit: own.storedBytes ?? storedBytesMax, used: use.storedBytes, moreBytes })
}
