import { inParallel } from '../../../shared/in-parallel.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { everyTargetOf } from '../../../shared/table/deployment-item.ts'
import { keys } from '../../../shared/table/keys.ts'
import type { OwnerItem } from '../../../shared/table/owners.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import { absent, type TransactAction } from '../../../shared/table/table.ts'
import { askOnce } from '../ask-once.ts'
import { checkUsage } from '../fsck/check-owner.ts'
import type { Phase } from '../jobs/phase.ts'
import { type AnyItem, isDeployment, isRepo, scanSome } from '../read-pages.ts'
import { deletedRefs } from './later-refs.ts'
import { countAdmins, isMembership } from './merge-members.ts'
import { isUser, userIdOf } from './merge-users.ts'
import { createReassignedOwners } from './reassigned-owners.ts'
import { partByPart } from './restore-items.ts'

const concurrency = 16

/**
 * Adds missing repos, each with its name and its entries in lists; existing ones stay, since they may have been
 * deleted, hidden or renamed. Skips a purged repo whose namespace has a new owner.
 */
export const addRepos: Phase = {
  name: 'repos',
  run: (step) =>
    partByPart(step, async (items) => {
      const { objects } = step.parts
      const isReassigned = await createReassignedOwners(step)
      await inParallel(items.filter(isRepo), concurrency, async (repo) => {
        const key = objectKeys.repoManifest(repo.id)
        if ((await isReassigned(repo.owner)) && (await objects.head({ key })) === undefined) return
        const writes = creationOf(repo)
        if (await conditionHeld(() => step.parts.table.transact(writes))) step.count('itemsRestored', writes.length - 1)
      })
    }),
}

/** A name that another repo has by now stays with that one, and a collection may be purging the repo. */
function creationOf(repo: AnyItem & RepoItem): TransactAction[] {
  const isFree = 'attribute_not_exists(pk) OR attribute_exists(redirectedAt) OR repoId = :id'
  return [
    { check: keys.purge(repo.id), condition: absent },
    { put: repo, condition: absent },
    {
      put: { ...keys.repoName(repo.kind, fullName(repo)), repoId: repo.id },
      condition: { expression: isFree, values: { ':id': repo.id } },
    },
    ...entriesOf(repo).map((entry) => ({ put: entry })),
  ]
}

/**
 * Adds everything else that is missing, except parts of absent users and repos, and deleted branches, tags and aliases.
 */
export const addMissing: Phase = {
  name: 'registry',
  run: (step) =>
    partByPart(step, async (items) => {
      const { table, objects } = step.parts
      const isDeleted = deletedRefs(objects)
      const isReassigned = await createReassignedOwners(step)
      const repoOf = askOnce((id) => getRepo(table, id))
      const userOf = askOnce((id) => table.get(keys.user(id)))
      await inParallel(items, concurrency, async (item) => {
        if (isFound(item) || isRepo(item) || isUser(item) || letsIn(item)) return
        const [repoId, userId] = [repoIdOf(item), userIdOf(item)]
        if (userId !== undefined && (await userOf(userId)) === undefined) return
        if (repoId !== undefined && ((await repoOf(repoId)) === undefined || (await isDeleted(item)))) return
        if (isDeployment(item) && (await isReassigned(item.owner))) return
        const served = await Promise.all(servedBy(item).map(repoOf))
        if (served.some((repo) => repo === undefined || repo.deletedAt !== undefined)) return
        if (await conditionHeld(() => table.put(asMerged(item), absent))) step.count('itemsRestored')
      })
    }),
}

/** Nothing tells whether a missing deployment was lost or removed, so it comes back paused. */
const asMerged = (item: AnyItem): AnyItem => (isDeployment(item) ? { ...item, isPaused: true } : item)

/** Items that make a repo findable: they came with it, or are outdated. */
const isFound = ({ pk, redirectedAt }: AnyItem): boolean =>
  pk.startsWith('LIST#') || (pk.startsWith('NAME#') && redirectedAt === undefined)

/** Items that grant access: a missing member was removed, and a missing invitation was revoked. */
const letsIn = (item: AnyItem): boolean => isMembership(item) || item.pk.startsWith('INVITATION#')

function repoIdOf({ pk, repoId }: AnyItem): string | undefined {
  const [kind, id] = pk.split('#')
  if (kind === 'NAME') return String(repoId)
  return kind === 'REPO' || kind === 'FILES' ? id : undefined
}

/** The repos that a deployment serves; it is skipped where one was deleted. */
const servedBy = (item: AnyItem): string[] =>
  isDeployment(item) ? everyTargetOf(item).map((target) => target.repoId) : []

/**
 * Recounts the use of owners and the admins of organisations, because existing owners may have gained items without
 * their counts.
 */
export const countAnew: Phase = {
  name: 'usage',
  run: (step) =>
    scanSome(step, async (items) => {
      const { table } = step.parts
      for (const organisation of items.filter(isOrganisation)) await countAdmins(table, organisation)
      const usages = items.filter(({ pk }) => pk.startsWith(keys.usage('').pk))
      for (const usage of usages) {
        const name = usage.pk.slice(keys.usage('').pk.length)
        const wrong = await checkUsage({ name, usage: usage as AnyItem & Record<string, number> }, step.parts)
        for (const { repair } of wrong) await repair?.()
      }
    }),
}

const isOrganisation = (item: AnyItem): item is AnyItem & OwnerItem =>
  item.pk.startsWith('OWNER#') && item.sk === 'OWNER' && item.kind === 'organisation'
