import { inParallel } from '../in-parallel.ts'
import { objectKeys } from '../objects/keys.ts'
import type { ObjectStore } from '../objects/object-store.ts'
import { keys } from '../table/keys.ts'
import type { CondemnedBlobItem, SweepRound } from '../table/sweeps.ts'
import { ConditionFailed, type Table } from '../table/table.ts'

const concurrency = 32

/**
 * Makes sure that blobs exist and stay, before the publication that names them; `sweeps.ts` explains the order. The
 * publication must include `roundStands(round)` among its writes, with the round that was read before this call.
 * @returns the missing blobs, which must be uploaded again. @throws BlobsBusy
 */
export async function keepBlobs({ table, objects, round, hashes }: KeepBlobs): Promise<string[]> {
  const distinct = [...new Set(hashes)]
  if (round.isOpen) await inParallel(distinct, concurrency, (sha256) => takeBack(table, sha256))
  const found = await inParallel(distinct, concurrency, (sha256) => objects.head({ key: objectKeys.blob(sha256) }))
  return distinct.filter((_, at) => found[at] === undefined)
}

interface KeepBlobs {
  table: Table
  objects: Pick<ObjectStore, 'head'>
  round: SweepRound
  hashes: readonly string[]
}

async function takeBack(table: Table, sha256: string): Promise<void> {
  const key = keys.condemnedBlob(sha256)
  const item = await table.get<CondemnedBlobItem>(key)
  if (item === undefined) return
  if (item.state === 'removing') throw new BlobsBusy(sha256)
  const isCondemned = {
    expression: 'attribute_not_exists(pk) OR #state = :condemned',
    names: { '#state': 'state' },
    values: { ':condemned': 'condemned' },
  }
  try {
    await table.transact([{ delete: key, condition: isCondemned }])
  } catch (error) {
    if (error instanceof ConditionFailed) throw new BlobsBusy(sha256, error)
    throw error
  }
}

/** A collection is removing one of the blobs right now: retry afterwards, and upload it again. */
export class BlobsBusy extends Error {
  override name = 'BlobsBusy'
  constructor(sha256: string, cause?: unknown) {
    super(`the blob ${sha256} is being removed`, { cause })
  }
}
