import type { MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { noteDeploymentChange } from '../../../shared/table/deployments.ts'
import { MaintenanceFault, MaintenanceRefusal, type Phase } from '../jobs/phase.ts'
import { catchUp } from './catch-up.ts'
import { isBare, removeOthers } from './existing.ts'
import { listBackups, readRecord } from './list-backups.ts'
import { addMissing, addRepos, countAnew } from './merge-items.ts'
import { addMembers } from './merge-members.ts'
import { addUsers } from './merge-users.ts'
import { removeDuplicateKeys } from './remove-duplicate-keys.ts'
import { recordOf, writeItems } from './restore-items.ts'
import type { BlobLine } from './save-blobs.ts'
import { lossOf, saveBack } from './saved-blobs.ts'
import { readPart } from './write-part.ts'

const choose: Phase = {
  name: 'start',
  async run({ parts, job, memo, count }) {
    const { objects } = parts
    const asked = job.options.backup
    const backups =
      asked === undefined ? await listBackups(objects) : [{ id: asked, record: await readRecord(objects, asked) }]
    const found = backups.find(({ record }) => record !== undefined)
    if (found === undefined)
      throw new MaintenanceRefusal(
        'backup_not_found',
        asked === undefined ? 'There is no complete backup in the bucket.' : `There is no complete backup "${asked}".`,
      )
    if (job.options.objects === true && found.record?.blobs === undefined)
      throw new MaintenanceRefusal(
        'backup_without_objects',
        `The backup ${found.id} is of the registry only. Restore it without objects.`,
      )
    memo.backup = found.id
    count('itemsInBackup', found.record?.items)
    return undefined
  },
}

const partsAtOnce = 1

/** Reads and checks the whole backup before anything is written. */
const verify: Phase = {
  name: 'verification',
  async run(step) {
    const record = await recordOf(step)
    const at = Number(step.cursor ?? 0)
    const part = record.parts[at]
    if (part !== undefined) await readPart(step.parts.objects, { id: record.id, part })
    return at + partsAtOnce < record.parts.length ? { cursor: at + partsAtOnce } : undefined
  },
}

const requireRoom: Phase = {
  name: 'look at what is there',
  async run({ parts, job }) {
    if (job.options.mode !== undefined || (await isBare(parts.scan))) return undefined
    throw new MaintenanceRefusal(
      'registry_not_empty',
      'The registry is not empty. --replace replaces it by the backup: every other repo is removed, including those that were imported again from drop folders since a table was lost. --merge keeps it and adds what is missing: deleted repos that can be restored stay deleted, and deployments come back paused.',
    )
  },
}

const namedMax = 10

/** Blobs come before the items that name them. Restores as many as possible before a damaged one fails the job. */
const bringBlobs: Phase = {
  name: 'blobs',
  async run(step) {
    const { parts, memo, count } = step
    const record = await recordOf(step)
    const lists = record.parts.filter(({ kind }) => kind === 'blobs')
    const at = Number(step.cursor ?? 0)
    const part = lists[at]
    if (part === undefined) return undefined
    const lines = await readPart<BlobLine>(parts.objects, { id: record.id, part })
    const losses = await inParallel(lines, 4, async (blob) => {
      const there = await parts.objects.head({ key: objectKeys.blob(blob.sha256) })
      if (there?.sizeBytes === blob.sizeBytes) return []
      try {
        await saveBack(parts.objects, blob)
        count('blobsRestored')
        return []
      } catch (error) {
        const loss = lossOf(error)
        if (loss === undefined) throw error
        return [`${blob.sha256} ${loss}`]
      }
    })
    const lost = [...((memo.lost ?? []) as string[]), ...losses.flat()].slice(0, namedMax)
    memo.lost = lost
    if (at + 1 < lists.length) return { cursor: at + 1 }
    if (lost.length === 0) return undefined
    throw new MaintenanceFault(
      'blob_lost',
      `Of the blobs of the backup ${record.id}, ${lost.join(', ')}. The others are restored. Restore it without objects; then "npx slipway fsck" lists the files that need these.`,
    )
  },
}

/** Replicas only look at deployments when told of a change. */
const tellReplicas: Phase = {
  name: 'deployments',
  async run({ parts }) {
    await noteDeploymentChange(parts.table)
    return undefined
  },
}

/**
 * Restores a backup. With `replace`, everything else is removed after the backup is written; the caller's own account
 * and keys stay, so that it can retry. With `merge`, deleted repos stay deleted, purged ones return completely,
 * deployments return paused, and nobody regains access who lost it since, or whose name somebody else has.
 * Otherwise deployments serve or are paused as they were in the backup, so that a lost table's services come back; one that
 * is paused now stays paused.
 */
export const restorePhases = ({ objects = false, mode }: MaintenanceOptions): Phase[] => [
  choose,
  verify,
  requireRoom,
  ...(objects ? [bringBlobs] : []),
  ...(mode === 'merge' ? [addUsers, addRepos, addMembers, addMissing] : [writeItems]),
  ...(mode === 'replace' ? [removeOthers] : []),
  tellReplicas,
  catchUp,
  ...(mode === 'merge' ? [countAnew] : []),
  removeDuplicateKeys,
]
