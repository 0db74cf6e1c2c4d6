import { QuotaExceeded, readOwnerUse } from './quotas.ts'
import type { Table } from './table.ts'

interface MoreBytes {
  owner: string
  moreBytes: number
  /** The default limit; without it, nothing is refused. */
  storedBytesMax: number | undefined
}

export class StoredBytesExceeded extends QuotaExceeded {
  override name = 'StoredBytesExceeded'
  readonly moreBytes: number
  constructor({ owner, limit, used, moreBytes }: { owner: string; limit: number; used: number; moreBytes: number }) {
    super({ owner, quota: 'storedBytes', limit, used, more: moreBytes })
    this.moreBytes = moreBytes
  }
}

/** Checks the room for more bytes as of now. @throws StoredBytesExceeded */
export async function requireRoom(table: Table, { owner, moreBytes, storedBytesMax }: MoreBytes): Promise<void> {
  if (storedBytesMax === undefined || moreBytes === 0) return
  const { use, own } = await readOwnerUse(table, owner)
  const limit = own.storedBytes ?? storedBytesMax
  if (use.storedBytes + moreBytes > limit)
    throw new StoredBytesExceeded({ owner, limit, used: use.storedBytes, moreBytes })
}

/** Explains a refused count. The use it reports was read a moment later. */
export async function storedBytesExceeded(
  table: Table,
  { owner, moreBytes, storedBytesMax = 0 }: MoreBytes,
): Promise<StoredBytesExceeded> {
  const { use, own } = await readOwnerUse(table, owner)
  return new StoredBytesExceeded({ owner, limit: own.storedBytes ?? storedBytesMax, used: use.storedBytes, moreBytes })
}
