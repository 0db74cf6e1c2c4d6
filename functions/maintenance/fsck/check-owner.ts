import { isActiveImport } from '../../../shared/model/import-state.ts'
import { type Blob, type HeldBlobItem, holdBlobs } from '../../../shared/table/held-blobs.ts'
import { quietImports } from '../../../shared/table/import-activity.ts'
import { keys, lists } from '../../../shared/table/keys.ts'
import { splitName } from '../../../shared/table/repo-item.ts'
import { type RepoEntry, repoListName } from '../../../shared/table/repo-lists.ts'
import { allFiles, allRevisions, getRepo } from '../../../shared/table/repos.ts'
import { ConditionFailed, type Table } from '../../../shared/table/table.ts'
import { type Counted, countUse, freeOf, limitOf } from '../../../shared/table/usage.ts'
import { textOf } from './compare-repo.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

const triesMax = 5

type Usage = Record<string, number> | undefined

/** What an owner holds and uses is what its repos need, and what is counted is what there is. */
export async function checkOwner({ name }: { name: string }, parts: CheckParts): Promise<Discrepancy[]> {
  const { table } = parts
  for (let tries = 1; tries <= triesMax; tries++) {
    const before = await table.get<Record<string, number>>(keys.usage(name))
    const found = [...(await checkHeld(name, parts)), ...(await checkUsage({ name, usage: before }, parts))]
    const after = await table.get<Record<string, number>>(keys.usage(name))
    // What was counted while it changed says nothing.
    if (found.length === 0 || textOf(before) === textOf(after)) return found
  }
  return []
}

async function checkHeld(owner: string, { table, now }: CheckParts): Promise<Discrepancy[]> {
  const needed = await neededBlobs(table, owner)
  const found: Discrepancy[] = []
  for await (const { sk: sha256, sizeBytes } of heldBlobs(table, owner)) {
    const blob = needed.get(sha256)
    // What nothing needs is for a collection to give back.
    needed.delete(sha256)
    if (blob === undefined || blob.sizeBytes === sizeBytes) continue
    const repair = () => resize(table, { owner, sha256, from: sizeBytes, to: blob.sizeBytes })
    const message = `"${owner}" is charged ${sizeBytes} bytes for the content ${sha256}, which has ${blob.sizeBytes}.`
    found.push({ kind: 'held-wrong', place: `${owner} ${sha256}`, severity: 'warning', message, repair })
  }
  if (needed.size === 0) return found
  const repair = () => holdBlobs(table, { owner, blobs: [...needed.values()], now: now() })
  const message = `"${owner}" is not charged for ${needed.size} contents that its repos hold.`
  return [...found, { kind: 'held-missing', place: owner, severity: 'warning', message, repair }]
}

async function checkUsage({ name: owner, usage }: { name: string; usage: Usage }, parts: CheckParts) {
  const { table } = parts
  let storedBytes = 0
  for await (const { sizeBytes } of heldBlobs(table, owner)) storedBytes += sizeBytes
  const counted: Record<Counted, number> = {
    repos: (await reposOf(table, owner)).length,
    storedBytes,
    imports: await importsOf(owner, parts),
    deployments: await deploymentsOf(table, owner),
  }
  return (Object.entries(counted) as [Counted, number][]).flatMap(([what, is]): Discrepancy[] => {
    const says = usage?.[what] ?? 0
    const limit = usage?.[limitOf(what)]
    const free = usage?.[freeOf(what)] ?? 0
    if (says === is && (limit === undefined || free === limit - is)) return []
    const repair = () => recount(table, { owner, what, is, usage })
    const message = `"${owner}" is said to use ${says} of its quota "${what}"${limit === undefined ? '' : ` with ${free} free of ${limit}`}, and uses ${is}.`
    return [{ kind: 'usage-wrong', place: `${owner} ${what}`, severity: 'warning', message, repair }]
  })
}

async function recount(table: Table, { owner, what, is, usage }: Recount) {
  const says = usage?.[what]
  const free = (usage?.[limitOf(what)] ?? 0) - is
  const change = {
    expression: 'SET #what = :is, #free = :free',
    condition: says === undefined ? 'attribute_not_exists(#what)' : '#what = :says',
    names: { '#what': what, '#free': freeOf(what) },
    values: { ':is': is, ':free': free, ...(says !== undefined && { ':says': says }) },
  }
  await table.update(keys.usage(owner), change).catch(unlessChanged)
}

interface Recount {
  owner: string
  what: Counted
  is: number
  usage: Usage
}

const resize = (
  table: Table,
  { owner, sha256, from, to }: { owner: string; sha256: string; from: number; to: number },
) =>
  table
    .transact([
      {
        update: keys.heldBlob(owner, sha256),
        change: {
          expression: 'SET sizeBytes = :to',
          condition: 'sizeBytes = :from',
          values: { ':to': to, ':from': from },
        },
      },
      countUse({ owner, what: 'storedBytes', by: to - from }),
    ])
    .catch(unlessChanged)

function unlessChanged(error: unknown) {
  if (!(error instanceof ConditionFailed)) throw error
}

const heldBlobs = (table: Table, owner: string): AsyncGenerator<HeldBlobItem & { sk: string }> =>
  table.queryAll({ expression: 'pk = :pk', values: { ':pk': keys.heldBlob(owner, '').pk }, consistent: true })

async function neededBlobs(table: Table, owner: string): Promise<Map<string, Blob>> {
  const needed = new Map<string, Blob>()
  for (const repoId of await reposOf(table, owner)) {
    // One that was given away since is no longer this owner's to hold.
    if ((await getRepo(table, repoId))?.owner.toLowerCase() !== owner.toLowerCase()) continue
    for await (const revision of allRevisions(table, repoId))
      for await (const { sha256, sizeBytes } of allFiles(table, repoId, revision.id))
        needed.set(sha256, { sha256, sizeBytes })
  }
  return needed
}

/** Deleted ones too, which are counted until they are purged. */
async function reposOf(table: Table, owner: string): Promise<string[]> {
  const found: string[] = []
  for (const kind of ['model', 'dataset'] as const)
    for (const status of ['active', 'deleted'] as const) {
      const { pk } = keys.repoEntry(repoListName({ kind, status, audience: { owner } }), '')
      const entries = table.queryAll<RepoEntry>({ expression: 'pk = :pk', values: { ':pk': pk }, consistent: true })
      for await (const { id } of entries) found.push(id)
    }
  return found
}

async function importsOf(owner: string, { table, now }: CheckParts): Promise<number> {
  let count = 0
  for await (const { repo, state } of quietImports(table, new Date(now().getTime() + 86_400_000)))
    if (isActiveImport(state) && splitName(repo).owner.toLowerCase() === owner.toLowerCase()) count++
  return count
}

async function deploymentsOf(table: Table, owner: string): Promise<number> {
  const list = table.queryAll({
    index: 'byOwner',
    expression: 'ownerPk = :list',
    values: { ':list': lists.deploymentsOf(owner) },
  })
  return (await Array.fromAsync(list)).length
}
