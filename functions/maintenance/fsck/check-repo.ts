import { repoManifest } from '../../../shared/model/manifest.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf } from '../../../shared/table/repo-lists.ts'
import { changeRepo } from '../../../shared/table/repo-write.ts'
import { getRepo, listRefs } from '../../../shared/table/repos.ts'
import type { TransactAction } from '../../../shared/table/table.ts'
import { checkMain, checkRefs, type Known } from './check-refs.ts'
import { isSameRepo } from './compare-repo.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'
import { isRecent } from './discrepancy.ts'
import { lostRepo } from './lost-repo.ts'
import { readManifest } from './read-manifest.ts'

const triesMax = 5

/**
 * A repo must be found by its name and in its lists, its refs must name existing revisions, and its manifest must
 * agree.
 */
export async function checkRepo({ repoId }: { repoId: string }, parts: CheckParts): Promise<Discrepancy[]> {
  const { table } = parts
  if ((await table.get(keys.purge(repoId))) !== undefined) return []
  for (let tries = 1; tries <= triesMax; tries++) {
    const repo = await getRepo(table, repoId)
    if (repo === undefined) return lostRepo(repoId, parts)
    const found = await checkKnown(repo, parts)
    // A repo that changed while it was read proves nothing.
    if (found.length === 0 || (await getRepo(table, repoId))?.version === repo.version) return found
  }
  return []
}

async function checkKnown(repo: RepoItem, parts: CheckParts): Promise<Discrepancy[]> {
  const refs = await Array.fromAsync(listRefs(parts.table, repo.id))
  return [
    ...(await checkClaim(repo, parts)),
    ...(await checkEntries(repo, parts)),
    ...(await checkRefs({ repo, refs }, parts)),
    ...(await checkMain({ repo, refs }, parts)),
    ...(await checkManifest({ repo, refs }, parts)),
  ]
}

async function checkClaim(repo: RepoItem, { table }: CheckParts): Promise<Discrepancy[]> {
  const key = keys.repoName(repo.kind, fullName(repo))
  const claim = await table.get<{ repoId: string; redirectedAt?: string }>(key)
  if (claim?.repoId === repo.id && claim.redirectedAt === undefined) return []
  const place = fullName(repo)
  const other = claim === undefined || claim.redirectedAt !== undefined ? undefined : await getRepo(table, claim.repoId)
  if (other !== undefined && fullName(other).toLowerCase() === place.toLowerCase())
    return [
      {
        kind: 'name-twice',
        place,
        severity: 'error',
        message: `"${place}" is the name of two repos, ${repo.id} and ${other.id}. Rename the one that is not found.`,
      },
    ]
  const isFree = {
    expression: 'attribute_not_exists(pk) OR attribute_exists(redirectedAt) OR repoId = :id OR repoId = :dead',
    values: { ':id': repo.id, ':dead': other === undefined ? (claim?.repoId ?? repo.id) : repo.id },
  }
  const repair = () => conditionHeld(() => table.put({ ...key, repoId: repo.id }, isFree))
  return [{ kind: 'claim-missing', place, severity: 'error', message: 'Its name does not lead to it.', repair }]
}

async function checkEntries(repo: RepoItem, { table }: CheckParts): Promise<Discrepancy[]> {
  if (repo.isUntagged === true) return [halfChanged(repo, { table })]
  const wrong: TransactAction[] = []
  for (const entry of entriesOf(repo)) {
    const found = await table.get<typeof entry>({ pk: entry.pk, sk: entry.sk })
    if (found === undefined || !isSameRepo(found, entry)) wrong.push({ put: withoutAbsent(entry) })
  }
  if (wrong.length === 0) return []
  const unchanged = { expression: 'version = :seen', values: { ':seen': repo.version } }
  const repair = () =>
    conditionHeld(() => table.transact([{ check: keys.repo(repo.id), condition: unchanged }, ...wrong]))
  const message = `${wrong.length} lists of repos lack it, or show it wrongly.`
  return [{ kind: 'entry-missing', place: fullName(repo), severity: 'error', message, repair }]
}

/** A change stopped before its second half, which any later change completes. */
const halfChanged = (repo: RepoItem, { table }: Pick<CheckParts, 'table'>): Discrepancy => ({
  kind: 'entry-missing',
  place: fullName(repo),
  severity: 'error',
  message: 'The lists by tag do not show it: a change of it was interrupted.',
  repair: async () => void (await changeRepo(table, repo.id, (before) => ({ repo: before }))),
})

const manifestNames = Object.keys(repoManifest.shape)

async function checkManifest({ repo, refs }: Known, parts: CheckParts): Promise<Discrepancy[]> {
  const { objects, ingest } = parts
  const said = await readManifest(objects, { key: objectKeys.repoManifest(repo.id), schema: repoManifest })
  if (said !== undefined && said !== 'broken' && isSameRepo(said, { ...repo, refs }, manifestNames)) return []
  if (isRecent(repo.updatedAt, parts) || refs.some(({ updatedAt }) => isRecent(updatedAt, parts))) return []
  const kind =
    said === undefined ? 'repo-manifest-missing' : said === 'broken' ? 'repo-manifest-broken' : 'repo-manifest-stale'
  const repair = () => ingest.send({ message: { step: 'write-repo-manifest', repoId: repo.id, attempt: 1 } })
  const message = 'Its manifest in the bucket differs from the registry.'
  return [{ kind, place: fullName(repo), severity: 'warning', message, repair }]
}

const withoutAbsent = <Item extends object>(item: Item): Item =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Item
