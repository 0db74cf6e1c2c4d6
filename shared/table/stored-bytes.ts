import { QuotaExceeded, readOwnerUse } from './quotas.ts'
import type { Table } from './table.ts'

/** How much more an owner is to store. */
interface MoreBytes {
  owner: string
  moreBytes: number
  /** What owners may have for whom nobody set a limit; without it, nothing is refused. */
  storedBytesMax: number | undefined
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

/** Whether an owner may store so much more, as of this moment. @throws StoredBytesExceeded */
export async function requireRoom(table: Table, { owner, moreBytes, storedBytesMax }: MoreBytes): Promise<void> {
  if (storedBytesMax === undefined || moreBytes === 0) return
  const { use, own } = await readOwnerUse(table, owner)
  const limit = own.storedBytes ?? storedBytesMax
  if (use.storedBytes + moreBytes > limit)
    throw new StoredBytesExceeded({ owner, limit, used: use.storedBytes, moreBytes })
}

/** Says why the database refused to count more; what it says of the use is as of a moment later. */
export async function storedBytesExceeded(
  table: Table,
  { owner, moreBytes, storedBytesMax = 0 }: MoreBytes,
): Promise<StoredBytesExceeded> {
  const { use, own } = await readOwnerUse(table, owner)
  return new StoredBytesExceeded({ owner, limit: own.storedBytes ?? storedBytesMax, used: use.storedBytes, moreBytes })
}
