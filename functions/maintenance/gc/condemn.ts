import { inParallel } from '../../../shared/in-parallel.ts'
import type { ObjectInfo } from '../../../shared/objects/object-store.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { type CondemnedBlobItem, readFirstRound, roundStands, type SweepRound } from '../../../shared/table/sweeps.ts'
import { absent, type TransactAction } from '../../../shared/table/table.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { scanSome } from '../read-pages.ts'
import { cutoffsOf } from './cutoffs.ts'
import { gathered } from './mark.ts'
import { holdingOf } from './marks.ts'

const concurrency = 16

/** Remembers the round before anything is condemned. */
export const rememberRound: Phase = {
  name: 'start',
  async run({ parts, memo }) {
    memo.round = await readFirstRound(parts.table)
    return undefined
  },
}

/** Condemns what owners hold and none of their revisions needs. */
export const condemnHeld: Phase = {
  name: 'held blobs',
  async run(step) {
    const { job, count } = step
    const { held } = await gathered(step, 'needed')
    const { unneeded } = cutoffsOf(job)
    return scanSome(step, async (items) => {
      for (const { pk, sk: sha256, since, sizeBytes } of items) {
        if (!pk.startsWith('HELD#') || String(since) >= unneeded) continue
        const owner = pk.slice('HELD#'.length)
        if (held.has(holdingOf(owner, sha256))) continue
        if (job.options.dryRun === true) {
          count('heldFreed')
          count('heldBytesFreed', Number(sizeBytes))
          continue
        }
        const change = {
          expression: 'SET condemnedBy = :job',
          condition: 'attribute_exists(pk)',
          values: { ':job': job.id },
        }
        await inRound(step, { update: { pk, sk: sha256 }, change })
      }
    })
  },
}

/** Condemns unneeded blobs that are older than any running import. */
export const condemnBlobs: Phase = {
  name: 'blobs',
  async run(step) {
    const { parts, cursor, job } = step
    const { blobs } = await gathered(step, 'needed')
    const { unneeded } = cutoffsOf(job)
    const page = await parts.objects.list({ prefix: 'blobs/sha256/', cursor: cursor as string | undefined })
    const condemned = page.objects.filter(({ key, modifiedAt }) => {
      const sha256 = hashOf(key)
      return sha256 !== undefined && modifiedAt.toISOString() < unneeded && !blobs.has(sha256)
    })
    await inParallel(condemned, concurrency, (object) => condemn(step, object))
    return page.cursor === undefined ? undefined : { cursor: page.cursor }
  },
}

async function condemn(step: Step, { key, sizeBytes }: ObjectInfo) {
  const { parts, job, count } = step
  const sha256 = hashOf(key) ?? ''
  if (job.options.dryRun === true) {
    count('blobsFreed')
    return count('bytesFreed', sizeBytes)
  }
  const item: CondemnedBlobItem = {
    sha256,
    sizeBytes,
    state: 'condemned',
    jobId: job.id,
    since: parts.now().toISOString(),
  }
  await inRound(step, { put: { ...keys.condemnedBlob(sha256), ...item }, condition: absent })
}

const hashOf = (key: string): string | undefined => /^blobs\/sha256\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(key)?.[1]

/**
 * Condemns only while the collection's own round has not begun, so that a worker that lost its lease cannot. Fails
 * silently where somebody took the blob back, or an earlier collection condemned it.
 */
async function inRound({ parts, memo }: Step, action: TransactAction): Promise<void> {
  await conditionHeld(() => parts.table.transact([action, roundStands(memo.round as SweepRound)]))
}
