import { setTimeout as pause } from 'node:timers/promises'
import { keys } from './keys.ts'
import { manifestEntry } from './outbox.ts'
import { fullName, type RepoItem } from './repo-item.ts'
import { entriesOf, type RepoEntry } from './repo-lists.ts'
import { getRepo } from './repos.ts'
import { absent, ConditionFailed, type Table, type TransactAction } from './table.ts'
import { countUse } from './usage.ts'

/**
 * The writes of a repo's item and of its entry in each list, for one transaction with the change itself. The first
 * write's condition fails where somebody else changed the repo meanwhile.
 */
export function repoWrites({ before, after }: { before: RepoItem | undefined; after: RepoItem }): TransactAction[] {
  const item = { ...after, version: (before?.version ?? 0) + 1 }
  const condition =
    before === undefined ? absent : { expression: 'version = :version', values: { ':version': before.version } }
  return [
    { put: { ...keys.repo(after.id), ...withoutAbsent(item) }, condition },
    ...listWrites(before, item),
    manifestEntry({ repoId: item.id, version: item.version, at: item.updatedAt }),
  ]
}

function listWrites(before: RepoItem | undefined, after: RepoItem): TransactAction[] {
  const placeOf = ({ pk, sk }: RepoEntry) => `${pk}\0${sk}`
  const then = new Map(before === undefined ? [] : entriesOf(before).map((entry) => [placeOf(entry), entry]))
  const now = entriesOf(after)
  const stays = new Set(now.map(placeOf))
  return [
    ...now
      .filter((entry) => JSON.stringify(then.get(placeOf(entry))) !== JSON.stringify(entry))
      .map((entry) => ({ put: withoutAbsent(entry) })),
    ...[...then.values()].filter((entry) => !stays.has(placeOf(entry))).map(({ pk, sk }) => ({ delete: { pk, sk } })),
  ]
}

/**
 * The writes that create a repo: its name and its count against the owner. @throws ConditionFailed where the name is
 * taken
 */
export const repoCreation = (repo: RepoItem, { reposMax }: { reposMax: number }): TransactAction[] => [
  ...repoWrites({ before: undefined, after: repo }),
  {
    put: { ...keys.repoName(repo.kind, fullName(repo)), repoId: repo.id },
    condition: { expression: 'attribute_not_exists(pk) OR attribute_exists(redirectedAt)' },
  },
  countUse({ owner: repo.owner, what: 'repos', by: 1, max: reposMax }),
]

const triesMax = 40
const pauseMaxMs = 100
/** DynamoDB's limit. */
const writesMax = 100

/**
 * Changes a repo despite concurrent changes: `change` is called again with the new state, and may return `undefined` to
 * leave it. @throws ConditionFailed where a condition of `change`'s own writes fails
 */
export async function changeRepo(table: Table, repoId: string, change: RepoChange): Promise<RepoItem | undefined> {
  for (let tries = 1; ; tries++) {
    const before = await getRepo(table, repoId)
    const changed = before && (await change(before))
    if (before === undefined || changed === undefined) return before
    const { repo, writes: own = [] } = changed
    const whole = { ...repo, isUntagged: undefined }
    const writes = [...repoWrites({ before, after: whole }), ...own]
    try {
      if (writes.length > writesMax) return await changeInHalves(table, { before, after: whole, own })
      await table.transact(writes)
      return { ...whole, version: before.version + 1 }
    } catch (error) {
      // Where the repo changed meanwhile, decide again, even if other conditions failed, too.
      if (!(error instanceof ConditionFailed) || error.failed[0] !== true || tries === triesMax) throw error
      await pause(Math.random() * Math.min(pauseMaxMs, 5 * tries))
    }
  }
}

/**
 * For renaming or retagging a repo with many tags: first it changes and leaves the lists by tag, then it enters the new
 * ones. A change in between completes the second half.
 */
async function changeInHalves(table: Table, { before, after, own }: Halves): Promise<RepoItem> {
  await table.transact([...repoWrites({ before, after: { ...after, isUntagged: true } }), ...own])
  const listed = await changeRepo(table, after.id, (repo) => (repo.isUntagged === true ? { repo } : undefined))
  return listed ?? { ...after, version: before.version + 1 }
}

interface Halves {
  before: RepoItem
  after: RepoItem
  own: TransactAction[]
}

type RepoChange = (
  before: RepoItem,
) =>
  | { repo: RepoItem; writes?: TransactAction[] }
  | undefined
  | Promise<{ repo: RepoItem; writes?: TransactAction[] } | undefined>

/** DynamoDB drops undefined attributes, and comparisons need the stored form. */
const withoutAbsent = <Item extends object>(item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item
