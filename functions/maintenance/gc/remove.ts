import { objectKeys } from '../../../shared/objects/keys.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { beginSweepRound, type CondemnedBlobItem, endSweepRound } from '../../../shared/table/sweeps.ts'
import { countUse } from '../../../shared/table/usage.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { type AnyItem, scanSome } from '../read-pages.ts'
import { gathered } from './mark.ts'
import { holdingOf } from './marks.ts'

/** Longer than the process that is removing it may live. */
const removalMs = 20 * 60_000

/** From here on publications see what is condemned, and earlier ones fail. */
export const beginRound: Phase = {
  name: 'round',
  async run({ parts }) {
    await beginSweepRound(parts.table)
    return undefined
  },
}

/** Removes what is still condemned and still unneeded after the second look. */
export const removeCondemned: Phase = {
  name: 'removal',
  async run(step) {
    const { blobs, held } = await gathered(step, 'needed still')
    return scanSome(step, async (items) => {
      for (const item of items) {
        if (item.pk.startsWith('HELD#') && item.condemnedBy !== undefined) {
          const isNeeded = held.has(holdingOf(item.pk.slice('HELD#'.length), item.sk))
          await (isNeeded ? keepHeld(step, item) : giveBack(step, item))
        }
        if (!item.pk.startsWith('CONDEMNED#')) continue
        const condemned = item as AnyItem & CondemnedBlobItem
        await (blobs.has(condemned.sha256) ? keepBlob(step, condemned) : removeBlob(step, condemned))
      }
    })
  },
}

const seenBy = ({ condemnedBy }: AnyItem) => ({ expression: 'condemnedBy = :seen', values: { ':seen': condemnedBy } })

async function keepHeld({ parts }: Step, item: AnyItem) {
  const { expression: condition, values } = seenBy(item)
  const key = { pk: item.pk, sk: item.sk }
  await conditionHeld(() => parts.table.update(key, { expression: 'REMOVE condemnedBy', condition, values }))
}

/** The bytes are released in the same transaction, and therefore exactly once. */
async function giveBack({ parts, count }: Step, item: AnyItem) {
  const owner = item.pk.slice('HELD#'.length)
  const sizeBytes = Number(item.sizeBytes)
  const writes = [
    { delete: { pk: item.pk, sk: item.sk }, condition: seenBy(item) },
    countUse({ owner, what: 'storedBytes', by: -sizeBytes }),
  ]
  if (!(await conditionHeld(() => parts.table.transact(writes)))) return
  count('heldFreed')
  count('heldBytesFreed', sizeBytes)
}

async function keepBlob({ parts }: Step, { sha256 }: CondemnedBlobItem) {
  const condition = isIn('condemned')
  await conditionHeld(() => parts.table.transact([{ delete: keys.condemnedBlob(sha256), condition }]))
}

async function removeBlob(step: Step, condemned: CondemnedBlobItem) {
  const { parts, job, count } = step
  const { table, objects, now } = parts
  const { sha256, sizeBytes, state, since } = condemned
  const key: ItemKey = keys.condemnedBlob(sha256)
  // Another worker may be about to remove it, even if the blob was uploaded again.
  if (state === 'removing' && now().getTime() - Date.parse(since) < removalMs) return count('leftForNext')
  const { names, values, expression } = isIn(state)
  const taken = await conditionHeld(() =>
    table.update(key, {
      expression: 'SET #state = :removing, jobId = :job, since = :now',
      condition: `${expression} AND since = :seen`,
      names,
      values: { ...values, ':removing': 'removing', ':job': job.id, ':now': now().toISOString(), ':seen': since },
    }),
  )
  if (!taken) return
  await objects.delete({ keys: [objectKeys.blob(sha256)] })
  await table.delete(key)
  count('blobsFreed')
  count('bytesFreed', sizeBytes)
}

const isIn = (state: CondemnedBlobItem['state']) => ({
  expression: '#state = :state',
  names: { '#state': 'state' },
  values: { ':state': state },
})

/** Marks that nothing is condemned, which saves publications a read. */
export const endRound: Phase = {
  name: 'end of round',
  async run({ parts, job }) {
    if ((job.counts.leftForNext ?? 0) === 0) await endSweepRound(parts.table)
    return undefined
  },
}
