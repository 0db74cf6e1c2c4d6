import { conditionHeld } from '../../../shared/table/condition-held.ts'
import { type Blob, holdBlobs } from '../../../shared/table/held-blobs.ts'
import { keys } from '../../../shared/table/keys.ts'
import { findOwner, storedOwner } from '../../../shared/table/owners.ts'
import { allFiles, allRevisions, getRepo } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { type Counted, countedNames, countUse, freeOf, limitOf } from '../../../shared/table/usage.ts'
import { textOf } from './compare-repo.ts'
import { counts, heldBlobs, reposOf } from './count-use.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

const triesMax = 5

type Usage = Record<string, number> | undefined

/** An owner must hold the blobs that its repos need, and its counts must match what exists. */
export async function checkOwner({ name }: { name: string }, parts: CheckParts): Promise<Discrepancy[]> {
  const { table } = parts
  for (let tries = 1; tries <= triesMax; tries++) {
    const before = await table.get<Record<string, number>>(keys.usage(name))
    const found = [
      ...(await checkListed(name, parts)),
      ...(await checkHeld(name, parts)),
      ...(await checkUsage({ name, usage: before }, parts)),
    ]
    const after = await table.get<Record<string, number>>(keys.usage(name))
    // A count that changed while it was checked proves nothing.
    if (found.length === 0 || textOf(before) === textOf(after)) return found
  }
  return []
}

/** Earlier versions listed no namespaces. */
async function checkListed(name: string, { table }: CheckParts): Promise<Discrepancy[]> {
  const owner = await findOwner(table, name)
  if (owner === undefined) return []
  const { listPk, listSk } = storedOwner(owner)
  if ('listPk' in owner && owner.listPk === listPk) return []
  const change = {
    expression: 'SET listPk = :list, listSk = :name',
    condition: 'attribute_exists(pk)',
    values: { ':list': listPk, ':name': listSk },
  }
  const repair = () => conditionHeld(() => table.update(keys.owner(name), change))
  const message = `"${name}" is not in the list of owners.`
  return [{ kind: 'owner-unlisted', place: name, severity: 'warning', message, repair }]
}

async function checkHeld(owner: string, { table, now }: CheckParts): Promise<Discrepancy[]> {
  const needed = await neededBlobs(table, owner)
  const found: Discrepancy[] = []
  for await (const { sk: sha256, sizeBytes } of heldBlobs(table, owner)) {
    const blob = needed.get(sha256)
    // Unneeded ones are left for a collection to release.
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

/** An owner's counts must match what exists. */
export async function checkUsage({ name: owner, usage }: { name: string; usage: Usage }, parts: CheckParts) {
  const found: Discrepancy[] = []
  for (const what of countedNames) {
    const is = await counts[what](owner, parts)
    const says = usage?.[what] ?? 0
    const limit = usage?.[limitOf(what)]
    const free = usage?.[freeOf(what)] ?? 0
    if (says === is && (limit === undefined || free === limit - is)) continue
    const repair = () => recount({ owner, what }, parts)
    const message = `"${owner}" is said to use ${says} of its quota "${what}"${limit === undefined ? '' : ` with ${free} free of ${limit}`}, and uses ${is}.`
    found.push({ kind: 'usage-wrong', place: `${owner} ${what}`, severity: 'warning', message, repair })
  }
  return found
}

/** Counts anew, because an earlier repair may have changed it. Concurrent changes are left to the next check. */
async function recount({ owner, what }: { owner: string; what: Counted }, parts: CheckParts) {
  const { table } = parts
  const usage = await table.get<Record<string, number>>(keys.usage(owner))
  const is = await counts[what](owner, parts)
  const says = usage?.[what]
  const free = (usage?.[limitOf(what)] ?? 0) - is
  const change = {
    expression: 'SET #what = :is, #free = :free',
    condition: says === undefined ? 'attribute_not_exists(#what)' : '#what = :says',
    names: { '#what': what, '#free': freeOf(what) },
    values: { ':is': is, ':free': free, ...(says !== undefined && { ':says': says }) },
  }
  await conditionHeld(() => table.update(keys.usage(owner), change))
}

const resize = (
  table: Table,
  { owner, sha256, from, to }: { owner: string; sha256: string; from: number; to: number },
) =>
  conditionHeld(() =>
    table.transact([
      {
        update: keys.heldBlob(owner, sha256),
        change: {
          expression: 'SET sizeBytes = :to',
          condition: 'sizeBytes = :from',
          values: { ':to': to, ':from': from },
        },
      },
      countUse({ owner, what: 'storedBytes', by: to - from }),
    ]),
  )

async function neededBlobs(table: Table, owner: string): Promise<Map<string, Blob>> {
  const needed = new Map<string, Blob>()
  for (const repoId of await reposOf(table, owner)) {
    // A repo that changed owners is no longer this owner's to hold.
    if ((await getRepo(table, repoId))?.owner.toLowerCase() !== owner.toLowerCase()) continue
    for await (const revision of allRevisions(table, repoId))
      for await (const { sha256, sizeBytes } of allFiles(table, repoId, revision.id))
        needed.set(sha256, { sha256, sizeBytes })
  }
  return needed
}
