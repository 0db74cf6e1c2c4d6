import { objectKeys } from '../../../shared/objects/keys.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import { getUpload } from '../../../shared/table/uploads.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { cutoffsOf } from './cutoffs.ts'
import { isImportActive } from './reachable.ts'

/** As long as the bucket's lifecycle rule keeps staged objects. */
const stagingMs = 7 * 24 * 3_600_000

const uploadsMax = 10_000

/** Removes stale staged objects, where the bucket has no lifecycle rule for them. */
export const staleStaging: Phase = {
  name: 'staging',
  run: (step) => objectsUnder(step, 'staging/', ({ key, modifiedAt }) => isAbandoned(step, key, modifiedAt)),
}

/** Likewise aborts abandoned uploads, whose parts no list of objects shows. */
export const staleUploads: Phase = {
  name: 'uploads',
  async run(step) {
    const { uploads } = step.parts.objects
    for (const { key, uploadId, startedAt } of await uploads.open({ prefix: 'staging/', limit: uploadsMax })) {
      if (!(await isAbandoned(step, key, startedAt))) continue
      step.count('objectsFreed')
      if (step.job.options.dryRun !== true) await uploads.abort({ key, uploadId })
    }
    return undefined
  },
}

async function isAbandoned({ parts, job }: Step, key: string, since: Date): Promise<boolean> {
  const { table, now } = parts
  const [, id = ''] = key.split('/')
  if (id === job.id || now().getTime() - since.getTime() < stagingMs) return false
  return !(await isImportActive(table, id)) && (await getUpload(table, id, now())) === undefined
}

/**
 * Removes manifests of revisions whose repo was purged while they were written. Repos of a lost registry are recognised
 * by their own manifests.
 */
export const orphanManifests: Phase = {
  name: 'manifests',
  run: (step) =>
    objectsUnder(step, 'manifests/', async ({ key, modifiedAt }) => {
      const [, repoId = ''] = key.split('/')
      if (modifiedAt.toISOString() >= cutoffsOf(step.job).unneeded || key === objectKeys.repoManifest(repoId))
        return false
      if ((await getRepo(step.parts.table, repoId)) !== undefined) return false
      return (await step.parts.objects.head({ key: objectKeys.repoManifest(repoId) })) === undefined
    }),
}

/** Removes the job's own staged objects. */
export const ownStaging: Phase = {
  name: 'own staging',
  run: (step) => objectsUnder(step, objectKeys.stagingPrefix(step.job.id), async () => true, false),
}

async function objectsUnder(
  { parts, job, cursor, count }: Step,
  prefix: string,
  isGarbage: (object: { key: string; modifiedAt: Date }) => Promise<boolean>,
  isCounted = true,
) {
  const { objects } = parts
  const page = await objects.list({ prefix, cursor: cursor as string | undefined })
  for (const object of page.objects) {
    if (!(await isGarbage(object))) continue
    if (isCounted) {
      count('objectsFreed')
      count('bytesFreed', object.sizeBytes)
    }
    if (job.options.dryRun !== true || !isCounted) await objects.delete({ keys: [object.key] })
  }
  return page.cursor === undefined ? undefined : { cursor: page.cursor }
}
