import { createHash } from 'node:crypto'
import { inParallel } from '../../shared/in-parallel.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { type ItemKey, keys } from '../../shared/table/keys.ts'
import { fullName, newRepo, type RepoItem } from '../../shared/table/repo-item.ts'
import { entriesOf } from '../../shared/table/repo-lists.ts'
import type { RefItem, RevisionItem } from '../../shared/table/repos.ts'
import type { Table } from '../../shared/table/table.ts'

const ownersMax = 100
const batchSize = 25
const batchesAtOnce = 8
const revision = 'a'.repeat(40)
const content = Buffer.from('{"hidden_size": 384}')
const sha256 = createHash('sha256').update(content).digest('hex')

/** The name of a repo by its number; the hash makes the order of names independent of the numbers. */
export const nameOf = (at: number): string => {
  const spread = createHash('sha256').update(String(at)).digest('hex').slice(0, 12)
  return `owner-${at % ownersMax}/model-${spread}`
}

/** How many repos have a file: enough to request a different one each time. */
export const withFiles = 1000

/** Fills a table with repos as they are after a commit, in batches. */
export async function putManyRepos({ table, objects, count }: PutManyRepos): Promise<void> {
  await objects.put({ key: objectKeys.blob(sha256), body: content, sizeBytes: content.length })
  const numbers = Array.from({ length: Math.ceil(count / batchSize) }, (_, at) => at * batchSize)
  await inParallel(numbers, batchesAtOnce, (first) => {
    const repos = Array.from({ length: Math.min(batchSize, count - first) }, (_, at) => repoAt(first + at))
    return table.putMany(
      repos.flatMap((repo, at) => [...itemsOf(repo), ...(first + at < withFiles ? filesOf(repo) : [])]),
    )
  })
}

interface PutManyRepos {
  table: Table
  objects: ObjectStore
  count: number
}

function repoAt(at: number): RepoItem {
  const now = new Date(Date.UTC(2026, 0, 1) + (at % 86_400) * 1000)
  const id = createHash('sha256').update(`repo ${at}`).digest('hex').slice(0, 24)
  const made = newRepo({ id, fullName: nameOf(at), createdBy: 'bench', now })
  return { ...made, version: 1, revision, sizeBytes: content.length, downloads: (at * 7919) % 100_003 }
}

const itemsOf = (repo: RepoItem): Item[] => [
  { ...keys.repo(repo.id), ...repo },
  { ...keys.repoName('model', fullName(repo)), repoId: repo.id },
  ...entriesOf(repo),
]

function filesOf({ id: repoId, createdAt }: RepoItem): Item[] {
  const file = { path: 'config.json', sizeBytes: content.length, sha256 }
  const made: RevisionItem = {
    ...{ id: revision, repoId, source: 'upload://', depth: 1, title: 'A revision', createdAt, createdBy: 'bench' },
    ...{ filesTotal: 1, sizeBytes: content.length },
  }
  const main: RefItem = { kind: 'branch', name: 'main', revision, updatedAt: createdAt }
  return [
    { ...keys.revision(repoId, revision), ...made },
    { ...keys.branch(repoId, 'main'), ...main },
    { ...keys.revisionFile(repoId, revision, file.path), ...file },
  ]
}

type Item = ItemKey & Record<string, unknown>
