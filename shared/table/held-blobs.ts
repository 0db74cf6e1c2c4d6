import { inParallel } from '../in-parallel.ts'
import { conditionHeld } from './condition-held.ts'
import { keys } from './keys.ts'
import { requireRoom, storedBytesExceeded } from './stored-bytes.ts'
import { absent, ConditionFailed, type Table } from './table.ts'
import { countUse } from './usage.ts'

export interface Blob {
  sha256: string
  sizeBytes: number
}

/** With the counter, the most that one transaction takes. */
const blobsAtOnce = 90
const readsAtOnce = 32
const triesMax = 10

export interface HeldBlobItem {
  sizeBytes: number
  since: string
  /** The collection that found it unused and is about to release it. */
  condemnedBy?: string | undefined
}

const getHeldBlob = (table: Table, { owner, sha256 }: { owner: string; sha256: string }) =>
  table.get<HeldBlobItem>(keys.heldBlob(owner, sha256))

/** @returns whether any revision of the owner's repos holds the blob */
export async function holdsBlob(table: Table, blob: { owner: string; sha256: string }): Promise<boolean> {
  const held = await getHeldBlob(table, blob)
  return held !== undefined && held.condemnedBy === undefined
}

/**
 * Counts a revision's new blobs against its owner's stored bytes: each once, however often it is called, and all of
 * them or none. They are held before publication, so that nothing is published beyond the quota; a collection releases
 * them if the revision is never published.
 * @throws StoredBytesExceeded
 */
export async function holdBlobs(table: Table, { owner, blobs, storedBytesMax, now }: HoldBlobs): Promise<void> {
  const distinct = [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()]
  const wanted = distinct.length > blobsAtOnce ? await withRoom(table, { owner, distinct, storedBytesMax }) : distinct
  for (let start = 0; start < wanted.length; start += blobsAtOnce)
    await holdSome(table, { owner, blobs: wanted.slice(start, start + blobsAtOnce), storedBytesMax, now })
}

/** Checks the room first, because one transaction cannot take all blobs. */
async function withRoom(table: Table, { owner, distinct, storedBytesMax }: WithRoom): Promise<Blob[]> {
  const held = await inParallel(distinct, readsAtOnce, ({ sha256 }) => getHeldBlob(table, { owner, sha256 }))
  const missing = distinct.filter((_, at) => held[at] === undefined)
  await requireRoom(table, { owner, moreBytes: bytesOf(missing), storedBytesMax })
  return distinct.filter((_, at) => held[at] === undefined || held[at].condemnedBy !== undefined)
}

interface WithRoom {
  owner: string
  distinct: readonly Blob[]
  storedBytesMax: number | undefined
}

const bytesOf = (blobs: readonly Blob[]): number => blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

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
    const by = bytesOf(missing)
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
      // Another revision of the same owner held some of them meanwhile, so fewer are left to count.
      if (!error.failed.slice(1).includes(true))
        throw await storedBytesExceeded(table, { owner, moreBytes: by, storedBytesMax })
      if (tries === triesMax) throw error
    }
  }
}

/** @returns whether all of them still exist */
async function takeBack(table: Table, { owner, condemned }: { owner: string; condemned: readonly Blob[] }) {
  if (condemned.length === 0) return true
  const change = { expression: 'REMOVE condemnedBy', condition: 'attribute_exists(pk)' }
  // A collection may have released one of them a moment ago.
  return conditionHeld(() =>
    table.transact(condemned.map(({ sha256 }) => ({ update: keys.heldBlob(owner, sha256), change }))),
  )
}
