import { inParallel } from '../../../shared/in-parallel.ts'
import { asSeen } from '../../../shared/table/as-seen.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import { getRepo } from '../../../shared/table/repos.ts'
import { absent, type Table, type TransactAction } from '../../../shared/table/table.ts'
import { checkUsage } from '../fsck/check-owner.ts'
import type { Phase } from '../jobs/phase.ts'
import { type AnyItem, isRepo, scanSome } from '../read-pages.ts'
import { partByPart } from './restore-items.ts'

const atOnce = 16

/** Adds the repos that are not there, each with its name and in its lists: what is there may be deleted, hidden or renamed since. */
export const addRepos: Phase = {
  name: 'repos',
  run: (step) =>
    partByPart(step, async (items) => {
      await inParallel(items.filter(isRepo), atOnce, async (repo) => {
        const writes = creationOf(repo)
        if (await asSeen(() => step.parts.table.transact(writes))) step.count('itemsRestored', writes.length - 1)
      })
    }),
}

/** A name that another repo has by now is that one's, and a collection may be removing the repo. */
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

/** Adds what else is missing, of repos only where they are there. */
export const addMissing: Phase = {
  name: 'registry',
  run: (step) =>
    partByPart(step, async (items) => {
      const { table } = step.parts
      const isThere = rememberRepos(table)
      await inParallel(items, atOnce, async (item) => {
        if (isFound(item) || isRepo(item)) return
        const repoId = repoIdOf(item)
        if (repoId !== undefined && !(await isThere(repoId))) return
        if (await asSeen(() => table.put(item, absent))) step.count('itemsRestored')
      })
    }),
}

/** By these a repo is found: they came with it, or are not true of it any more. */
const isFound = ({ pk, redirectedAt }: AnyItem): boolean =>
  pk.startsWith('LIST#') || (pk.startsWith('NAME#') && redirectedAt === undefined)

function repoIdOf({ pk, repoId }: AnyItem): string | undefined {
  const [kind, id] = pk.split('#')
  if (kind === 'NAME') return String(repoId)
  return kind === 'REPO' || kind === 'FILES' ? id : undefined
}

function rememberRepos(table: Table): (repoId: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>()
  return (repoId) => {
    const isThere = known.get(repoId) ?? getRepo(table, repoId).then((repo) => repo !== undefined)
    known.set(repoId, isThere)
    return isThere
  }
}

/** Counts anew what owners use: an owner that was there has more by now, and its count was left as it was. */
export const countAnew: Phase = {
  name: 'usage',
  run: (step) =>
    scanSome(step, async (items) => {
      const usages = items.filter(({ pk }) => pk.startsWith(keys.usage('').pk))
      for (const usage of usages) {
        const name = usage.pk.slice(keys.usage('').pk.length)
        const wrong = await checkUsage({ name, usage: usage as AnyItem & Record<string, number> }, step.parts)
        for (const { repair } of wrong) await repair?.()
      }
    }),
}
