import { inParallel } from '../../../shared/in-parallel.ts'
import { manifest, type RepoManifest, repoManifest } from '../../../shared/model/manifest.ts'
import { isRevisionId } from '../../../shared/model/repo-id.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { renamed } from '../../../shared/repos/move-repo.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { ensureOrganisation } from '../../../shared/table/owners.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { getRef, getRepo, getRevision } from '../../../shared/table/repos.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'
import { leadFromFormerNames } from '../former-names.ts'
import { bringBack } from '../fsck/check-revision.ts'
import { readManifest } from '../fsck/read-manifest.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { listUnder } from '../list-under.ts'
import type { MaintenanceParts } from '../parts.ts'
import { isRepo, scanSome } from '../read-pages.ts'
import { bringRefs, versionsOf } from './later-refs.ts'
import { isOthers, makeWay, nameOf } from './make-way.ts'

const concurrency = 8

/**
 * Brings repos forward to their state after the backup, as far as their manifests tell: otherwise the next change would
 * overwrite the manifest, and lose the commits, names and visibility since. Names deleted since are deleted again.
 */
export const catchUp: Phase = {
  name: 'what came after the backup',
  run: (step) =>
    scanSome(step, async (items) => {
      const renamedIds = await inParallel(items.filter(isRepo), concurrency, async ({ id }) => {
        const later = await laterManifest(id, step)
        if (later?.isRenamed === true) return [id]
        if (later !== undefined) await bringForward(later.said, step)
        return []
      })
      // One by one, because some may wait for the names of others.
      for (const id of renamedIds.flat()) await listAnew(await bringRenamed(id, step), step.parts.table)
    }),
}

/** Enters swapped repos in their lists again: leaving under its old name, one may have removed the other's entry. */
async function listAnew(repoIds: readonly string[], table: Table): Promise<void> {
  if (repoIds.length < 2) return
  for (const id of repoIds) {
    const repo = await getRepo(table, id)
    if (repo !== undefined) await table.putMany(entriesOf(repo))
  }
}

/** The manifest of a repo, if it is newer than its item. */
async function laterManifest(repoId: string, { parts }: Step) {
  const { table, objects } = parts
  // The manifest is read first, because a concurrent change writes the item first.
  const said = await readManifest(objects, { key: objectKeys.repoManifest(repoId), schema: repoManifest })
  const repo = await getRepo(table, repoId)
  if (said === undefined || said === 'broken' || repo === undefined || said.version <= repo.version) return undefined
  return { said, isRenamed: nameOf(said).pk !== nameOf(repo).pk }
}

/**
 * Brings a renamed repo forward after those that still have its new name. Its manifest is read again, because it may
 * have gone first for another one. @returns the repos brought forward
 */
async function bringRenamed(repoId: string, step: Step, waiting: readonly string[] = []): Promise<string[]> {
  const later = await laterManifest(repoId, step)
  if (later === undefined) return []
  const rename = (id: string, path: readonly string[]) => bringRenamed(id, step, path)
  const first = later.isRenamed ? await makeWay(later.said, { table: step.parts.table, waiting, rename }) : []
  await bringForward(later.said, step)
  return [...first, repoId]
}

async function bringForward(said: RepoManifest, step: Step): Promise<void> {
  const { parts, job } = step
  const { table, ingest, now } = parts
  await bringRevisions(said.id, parts)
  await bringRefs(said, { table, before: job.createdAt })
  // A namespace created since has no owner; otherwise whoever takes its name would get the repo.
  await ensureOrganisation(table, { name: said.owner, createdBy: 'restore', now: now() })
  // A name that another repo has by now stays with that one.
  await bringItem(said, parts, true).catch((error) => {
    if (!(error instanceof ConditionFailed)) throw error
    return bringItem(said, parts, false)
  })
  await leadFromFormerNames(said, { table, now })
  await ingest.send({ message: { step: 'write-repo-manifest', repoId: said.id, attempt: 1 } })
  step.count('reposBroughtForward')
}

/** The revisions published since. All are restored, because history needs even those without a name. */
async function bringRevisions(repoId: string, parts: MaintenanceParts): Promise<void> {
  const { table, objects } = parts
  for await (const page of listUnder(objects, `manifests/${repoId}/`))
    await inParallel(page, concurrency, async ({ key }) => {
      const [id = ''] = /[^/]+(?=\.json$)/.exec(key) ?? []
      // Checked first, because of tens of thousands of revisions few are new.
      if (!isRevisionId(id) || (await getRevision(table, repoId, id)) !== undefined) return
      const said = await readManifest(objects, { key, schema: manifest })
      if (said !== undefined && said !== 'broken') await bringBack(said, parts)
    })
}

async function bringItem(said: RepoManifest, { table, now }: MaintenanceParts, isRenamed: boolean): Promise<void> {
  const { id, owner, name, visibility, tags, updatedAt, deletedAt, formerNames, version } = said
  await changeRepo(table, id, async (before) => {
    const main = await getRef(table, { repoId: id, kind: 'branch', name: 'main' })
    const head = main && (await getRevision(table, id, main.revision))
    const lastVersion = Math.max(before.lastVersion ?? 0, ...versionsOf(said).map(({ number }) => number))
    const after = {
      ...before,
      ...(isRenamed && { owner, name }),
      ...{ visibility, tags, updatedAt, deletedAt, formerNames },
      ...(head && { revision: head.id, sizeBytes: head.sizeBytes }),
      ...(lastVersion > 0 && { lastVersion }),
    }
    const [taken, left] = renamed(before, after, now())
    // Of two that swapped names, the first took the name of the second before that one left it.
    const writes = [taken, (await isOthers(before, table)) ? undefined : left].filter((write) => write !== undefined)
    return { repo: after, writes }
  })
  // So that no later change appears older than this.
  const change = {
    expression: 'SET version = :later',
    condition: 'version < :later',
    values: { ':later': version + 1 },
  }
  await conditionHeld(() => table.update(keys.repo(id), change))
}
