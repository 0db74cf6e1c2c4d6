import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { createDigestSet } from '../digest-set.ts'
import type { Phase } from '../jobs/phase.ts'
import { listUnder } from '../list-under.ts'
import { recordName } from './format.ts'
import { listBackups } from './list-backups.ts'
import type { BlobLine } from './save-blobs.ts'
import { readPart } from './write-part.ts'

const defaultKeepDays = 30

/** Removes backups past their age and remains of incomplete ones, but never the newest complete one. */
export const removeOldBackups: Phase = {
  name: 'old backups',
  async run({ parts, job, memo, count }) {
    const { objects } = parts
    const { keepDays = defaultKeepDays } = job.options
    const keptFrom = new Date(Date.parse(job.createdAt) - keepDays * 86_400_000).toISOString()
    const backups = await listBackups(objects)
    const newest = backups.find(({ record }) => record !== undefined)?.id
    for (const { id, record } of backups) {
      const isKept = record === undefined ? id === memo.backup : id === newest || record.createdAt >= keptFrom
      if (isKept) continue
      // The record first, because the rest is no backup without it.
      await objects.delete({ keys: [objectKeys.backup(id, recordName)] })
      for await (const page of listUnder(objects, objectKeys.backup(id, '')))
        await objects.delete({ keys: page.map(({ key }) => key) })
      if (record !== undefined) count('backupsRemoved')
    }
    return undefined
  },
}

/** A month of backups of a large registry has tens of thousands of lists, which read one by one take longer than a function may. */
const listsAtOnce = 16

/** Removes blobs that no backup lists any more. */
export const removeUnlistedBlobs: Phase = {
  name: 'blobs of old backups',
  async run({ parts, count }) {
    const { objects } = parts
    const listed = createDigestSet()
    const lists = (await listBackups(objects)).flatMap(({ id, record }) =>
      (record?.parts ?? []).filter(({ kind }) => kind === 'blobs').map((part) => ({ id, part })),
    )
    await inParallel(lists, listsAtOnce, async (list) => {
      for (const { sha256 } of await readPart<BlobLine>(objects, list)) listed.add(sha256)
    })
    for await (const page of listUnder(objects, 'backups/blobs/')) {
      const unlisted = page.filter(({ key }) => !listed.has(key.split('/').at(-1) ?? ''))
      await objects.delete({ keys: unlisted.map(({ key }) => key) })
      count('savedBlobsRemoved', unlisted.length)
    }
    return undefined
  },
}
