import { inParallel } from '../../../shared/in-parallel.ts'
import { type RepoManifest, repoManifest } from '../../../shared/model/manifest.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { type ItemKey, keys } from '../../../shared/table/keys.ts'
import { getRef, getRevision, keyOfRef, listRefs } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { askOnce } from '../ask-once.ts'
import { readManifest } from '../fsck/read-manifest.ts'
import type { AnyItem } from '../read-pages.ts'

const concurrency = 8

/** Brings the refs of a repo to the state of its manifest: adds and moves later ones, and removes deleted ones. */
export async function bringRefs(said: RepoManifest, { table, before }: { table: Table; before: string }) {
  const { id: repoId } = said
  const refs = await laterRefs(said, table)
  await table.putMany(refs.map(({ pk: _, sk: __, ...ref }) => ({ ...keyOfRef({ repoId, ...ref }), ...ref })))
  await table.putMany(versionsOf(said).map(({ name, number }) => ({ ...keys.version(repoId, number), name })))
  await table.deleteMany(await goneRefs(said, { table, before }))
}

/** Only those whose revisions exist. */
async function laterRefs({ id: repoId, refs }: RepoManifest, table: Table) {
  const later = await inParallel(refs, concurrency, async (ref) => {
    const known = await getRef(table, { repoId, kind: ref.kind, name: ref.name })
    if (known !== undefined && known.updatedAt >= ref.updatedAt) return []
    return (await getRevision(table, repoId, ref.revision)) === undefined ? [] : [ref]
  })
  return later.flat()
}

/** A ref that is being created now was not deleted. */
async function goneRefs(said: RepoManifest, { table, before }: { table: Table; before: string }): Promise<ItemKey[]> {
  const { id: repoId } = said
  const stays = placesOf(said)
  const gone: ItemKey[] = []
  for await (const { kind, name, versionNumber, updatedAt } of listRefs(table, repoId)) {
    const key = keyOfRef({ repoId, kind, name })
    if (stays.has(key.sk) || updatedAt >= before) continue
    gone.push(key, ...(versionNumber === undefined ? [] : [keys.version(repoId, versionNumber)]))
  }
  return gone
}

export const versionsOf = ({ refs }: RepoManifest): { name: string; number: number }[] =>
  refs.flatMap(({ name, versionNumber: number }) => (typeof number === 'number' ? [{ name, number }] : []))

/** Tells whether a ref or a version was deleted: the manifest exists and does not name it. */
export function deletedRefs(objects: ObjectStore): (item: AnyItem) => Promise<boolean> {
  const placesIn = askOnce(async (repoId) => {
    const said = await readManifest(objects, { key: objectKeys.repoManifest(repoId), schema: repoManifest })
    return said === undefined || said === 'broken' ? undefined : placesOf(said)
  })
  return async ({ pk, sk }) => {
    if (!pk.startsWith('REPO#') || !/^(?:REF|VERSION)#/.test(sk)) return false
    return (await placesIn(pk.slice('REPO#'.length)))?.has(sk) === false
  }
}

/** The keys of the refs and versions in a manifest. */
const placesOf = (said: RepoManifest): Set<string> =>
  new Set([
    ...said.refs.map(({ kind, name }) => keyOfRef({ repoId: said.id, kind, name }).sk),
    ...versionsOf(said).map(({ number }) => keys.version(said.id, number).sk),
  ])
