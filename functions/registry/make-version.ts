import { isNewRefName } from '../../shared/model/new-ref-name.ts'
import {
  changeStanding,
  putRef,
  type RefChange,
  refuseAmbiguous,
  revisionStands,
} from '../../shared/repos/ref-change.ts'
import { refInTheWay } from '../../shared/repos/ref-in-the-way.ts'
import { keys } from '../../shared/table/keys.ts'
import type { RepoItem } from '../../shared/table/repo-item.ts'
import { getRef, type RefItem, type RevisionItem } from '../../shared/table/repos.ts'
import { absent, type Table } from '../../shared/table/table.ts'

/** How many numbers are tried for a free name. */
const namesMax = 100

/**
 * Creates a version tag: `v1`, `v2`, … or a given name. Its number is the next one, even under concurrency. @throws
 * AppError `ref_exists`, `ref_conflict`
 */
export async function makeVersion({ table, repo, version, now }: MakeVersion): Promise<RefItem> {
  const { name: wanted, revision, by, message } = version
  const outcome: { ref?: RefItem } = {}
  await changeStanding(table, repo, async (before) => {
    const number = (before.lastVersion ?? 0) + 1
    if (wanted !== undefined) await refuseAmbiguous(table, { repo, kind: 'tag', name: wanted })
    const name = wanted ?? (await freeName(table, repo, number))
    const ref: RefItem = {
      kind: 'tag',
      name,
      revision: revision.id,
      updatedAt: now.toISOString(),
      updatedBy: by,
      versionNumber: number,
      ...(message !== undefined && { message }),
    }
    outcome.ref = ref
    const inOrder = { put: { ...keys.version(repo.id, number), name }, condition: absent }
    return { repo: { ...before, lastVersion: number }, writes: [putRef(repo, ref), inOrder, revisionStands(revision)] }
  })
  return outcome.ref as RefItem
}

interface MakeVersion extends RefChange {
  version: { name?: string | undefined; revision: RevisionItem; by: string; message?: string | undefined }
}

/** `v3`, or the next free name where a tag or branch has that one. */
async function freeName(table: Table, repo: RepoItem, number: number): Promise<string> {
  for (let at = number; at < number + namesMax; at++) {
    const name = `v${at}`
    if (isNewRefName(name) && (await refInTheWay(table, { repoId: repo.id, name })) === undefined) return name
  }
  const name = `v${number + namesMax}`
  await refuseAmbiguous(table, { repo, kind: 'tag', name })
  return name
}

/** Versions, newest first, without those whose tag was deleted. */
export async function readVersions(
  table: Table,
  { repoId, before, limit }: { repoId: string; before?: number | undefined; limit: number },
): Promise<{ items: RefItem[]; next?: number }> {
  const page = await table.query<{ sk: string; name: string }>({
    expression: 'pk = :pk AND sk BETWEEN :from AND :to',
    values: {
      ':pk': keys.version(repoId, 0).pk,
      ':from': keys.version(repoId, 1).sk,
      ':to': keys.version(repoId, (before ?? lastNumber) - 1).sk,
    },
    descending: true,
    consistent: true,
    limit: limit + 1,
  })
  const shown = page.items
    .slice(0, limit)
    .map(({ sk, name }) => ({ name, number: Number(sk.slice(sk.indexOf('#') + 1)) }))
  const refs = await Promise.all(shown.map(({ name }) => getRef(table, { repoId, kind: 'tag', name })))
  const items = refs.filter((ref, at) => ref !== undefined && ref.versionNumber === shown[at]?.number) as RefItem[]
  const last = shown.at(-1)
  return { items, ...(page.items.length > limit && last !== undefined && { next: last.number }) }
}

const lastNumber = 100_000_000
