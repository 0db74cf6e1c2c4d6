import { inParallel } from '../../../shared/in-parallel.ts'
import { manifest, type RepoManifest, repoManifest } from '../../../shared/model/manifest.ts'
import { isRevisionId } from '../../../shared/model/repo-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { renamed } from '../../../shared/repos/move-repo.ts'
import { asSeen } from '../../../shared/table/as-seen.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ensureOrganisation } from '../../../shared/table/owners.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { getRef, getRepo, getRevision } from '../../../shared/table/repos.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { bringBack } from '../fsck/check-revision.ts'
import { readManifest } from '../fsck/read-manifest.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { listUnder } from '../list-under.ts'
import type { MaintenanceParts } from '../parts.ts'
import { isRepo, scanSome } from '../read-pages.ts'
import { bringRefs, versionsOf } from './later-refs.ts'

const atOnce = 8

/**
 * Brings repos to where they were after the backup was made, as far as the bucket tells: the next change of one would
 * write its manifest anew, and with it go the commits, the names and the privacy that it got since. What was deleted of
 * its names goes again.
 */
export const catchUp: Phase = {
  name: 'what came after the backup',
  run: (step) =>
    scanSome(step, async (items) => {
      await inParallel(items.filter(isRepo), atOnce, async ({ id }) => {
        if (await bringForward(id, step)) step.count('reposBroughtForward')
      })
    }),
}

/** @returns whether its manifest is of a later change than its item */
async function bringForward(repoId: string, { parts, job }: Step): Promise<boolean> {
  const { table, objects, ingest, now } = parts
  // In this order: of what changes at this moment, the item is the first to.
  const said = await readManifest(objects, { key: objectKeys.repoManifest(repoId), schema: repoManifest })
  const repo = await getRepo(table, repoId)
  if (said === undefined || said === 'broken' || repo === undefined || said.version <= repo.version) return false
  await bringRevisions(repoId, parts)
  await bringRefs(said, { table, before: job.createdAt })
  // A namespace that came to be since is nobody's now: whoever took its name would have the repo.
  await ensureOrganisation(table, { name: said.owner, createdBy: 'restore', now: now() })
  // A name that another repo has by now is that one's.
  await bringItem(said, parts, true).catch((error) => {
    if (!(error instanceof ConditionFailed)) throw error
    return bringItem(said, parts, false)
  })
  await ingest.send({ message: { step: 'write-repo-manifest', repoId, attempt: 1 } })
  return true
}

/** Those that were published since. Which names lead to them does not matter: their past is among them. */
async function bringRevisions(repoId: string, parts: MaintenanceParts): Promise<void> {
  const { table, objects } = parts
  for await (const page of listUnder(objects, `manifests/${repoId}/`))
    await inParallel(page, atOnce, async ({ key }) => {
      const [id = ''] = /[^/]+(?=\.json$)/.exec(key) ?? []
      // A repo may have ten thousands, of which a few came since.
      if (!isRevisionId(id) || (await getRevision(table, repoId, id)) !== undefined) return
      const said = await readManifest(objects, { key, schema: manifest })
      if (said !== undefined && said !== 'broken') await bringBack(said, parts)
    })
}

async function bringItem(said: RepoManifest, { table, now }: MaintenanceParts, isRenamed: boolean): Promise<void> {
  const { id, owner, name, visibility, tags, updatedAt, deletedAt, version } = said
  await changeRepo(table, id, async (before) => {
    const main = await getRef(table, { repoId: id, kind: 'branch', name: 'main' })
    const head = main && (await getRevision(table, id, main.revision))
    const lastVersion = Math.max(before.lastVersion ?? 0, ...versionsOf(said).map(({ number }) => number))
    const after = {
      ...before,
      ...(isRenamed && { owner, name }),
      ...{ visibility, tags, updatedAt, deletedAt },
      ...(head && { revision: head.id, sizeBytes: head.sizeBytes }),
      ...(lastVersion > 0 && { lastVersion }),
    }
    return { repo: after, writes: renamed(before, after, now()) }
  })
  // So that no later change seems to be one of before.
  const change = {
    expression: 'SET version = :later',
    condition: 'version < :later',
    values: { ':later': version + 1 },
  }
  await asSeen(() => table.update(keys.repo(id), change))
}
