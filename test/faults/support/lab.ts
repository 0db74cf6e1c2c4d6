import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import { manifest, repoManifest } from '../../../shared/model/manifest.ts'
import { createFolderObjectStore } from '../../../shared/objects/folder-object-store.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { keys } from '../../../shared/table/keys.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { entriesOf, type RepoEntry } from '../../../shared/table/repo-lists.ts'
import { allFiles, findRepo, getRepo, type RefItem, type RevisionItem } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { startTable } from '../../support/dynoxide.ts'
import { stagedFiles } from './staged-files.ts'

/** The parts that outlive a process: a database and folders, with access to all they hold. */
export interface Lab {
  table: Table
  scan(): Promise<Record<string, unknown>[]>
  /** A new, empty store. */
  newStore(): Promise<Store>
  close(): Promise<void>
}

export interface Store {
  root: string
  objects: ObjectStore
}

export async function startLab(): Promise<Lab> {
  const database = await startTable()
  const roots: string[] = []
  return {
    table: database.table,
    scan: database.scan,
    async newStore() {
      const root = await mkdtemp(join(tmpdir(), 'slipway-faults-'))
      roots.push(root)
      return { root, objects: createFolderObjectStore({ root }) }
    },
    async close() {
      await database.close()
      await Promise.all(roots.map((root) => rm(root, { recursive: true, force: true })))
    },
  }
}

/**
 * Everything that readers of a repo can see, without times, ids and its name, so that two repos can be compared.
 * @throws Error if anything visible is incomplete, which is never allowed
 */
export async function visibleOf({ table, objects, repo }: { table: Table; objects: ObjectStore; repo: string }) {
  const head = await findRepo(table, { name: repo, withDeleted: true })
  if (head === undefined) return { items: [], content: {} }
  await requireListed(table, head)
  const all = await Array.fromAsync(
    table.queryAll<Record<string, unknown>>({
      expression: 'pk = :pk',
      values: { ':pk': keys.repo(head.id).pk },
      consistent: true,
    }),
  )
  // Markers of pending work, which no reader sees; `leftoversOf` checks them.
  const items = all.filter(({ sk }) => !String(sk).startsWith('PENDING#'))
  const revisions = items.filter(({ sk }) => String(sk).startsWith('REVISION#')) as unknown as RevisionItem[]
  const refs = items.filter(({ sk }) => String(sk).startsWith('REF#')) as unknown as RefItem[]
  for (const revision of [...refs.map((ref) => ref.revision), ...(head.revision === undefined ? [] : [head.revision])])
    if (!revisions.some(({ id }) => id === revision)) throw new Error(`${repo} names ${revision}, which is not there`)

  const content: Record<string, unknown> = {}
  for (const { id, filesTotal, sizeBytes } of revisions) {
    const files = await Array.fromAsync(allFiles(table, head.id, id))
    if (files.length !== filesTotal) throw new Error(`${repo} at ${id} shows ${files.length} of ${filesTotal} files`)
    if (sum(files) !== sizeBytes) throw new Error(`${repo} at ${id} is not of its size`)
    for (const { path, sha256 } of files)
      if ((await hashOf(objects, sha256)) !== sha256) throw new Error(`${path} of ${repo} at ${id} is not its blob`)
    content[id] = files.map(({ path, sizeBytes: size, sha256, gitSha1 }) => ({ path, size, sha256, gitSha1 }))
  }
  return { items: items.map((item) => canonical(item, head)), content }
}

/** Every list of a repo must have its current entry at all times. */
async function requireListed(table: Table, head: RepoItem): Promise<void> {
  const entries = entriesOf(head)
  const found = await Promise.all(entries.map(({ pk, sk }) => table.get<RepoEntry>({ pk, sk })))
  const now = await getRepo(table, head.id)
  // Changed while it was read; the next check sees it.
  if (now?.version !== head.version) return
  for (const [at, entry] of entries.entries())
    if (!isDeepStrictEqual(found[at], withoutAbsent(entry)))
      throw new Error(`${fullName(head)} is not in ${entry.pk} as it is`)
}

const withoutAbsent = (entry: object) => JSON.parse(JSON.stringify(entry)) as object

const sum = (files: readonly { sizeBytes: number }[]) => files.reduce((total, file) => total + file.sizeBytes, 0)

async function hashOf(objects: ObjectStore, sha256: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of (await objects.get({ key: objectKeys.blob(sha256) })).body) hash.update(chunk)
  return hash.digest('hex')
}

/** How often a repo was changed depends on how often its import was disturbed. */
const passing = new Set(['createdAt', 'updatedAt', 'updatedOrder', 'createdOrder', 'version'])

const canonical = (item: Record<string, unknown>, { id, owner, name }: RepoItem): unknown =>
  JSON.parse(
    JSON.stringify(item, (key, value: unknown) => (passing.has(key) ? undefined : value))
      .replaceAll(id, 'REPO-ID')
      .replaceAll(`${owner}/${name}`, 'THE/REPO')
      .replaceAll(name, 'NAME'),
  )

/** The files in the revision manifests of a store. */
export async function manifestsOf(store: Store): Promise<{ id: string; depth: number; files: unknown[] }[]> {
  const found = await readManifests(store, (key) => !key.endsWith('/repo.json'))
  return found.map((content) => {
    const { id, depth, files } = manifest.parse(content)
    return { id, depth, files }
  })
}

/** The repo manifests of a store, without times and ids. */
export async function repoManifestsOf(
  store: Store,
): Promise<{ refs: { kind: string; name: string; revision: string }[] }[]> {
  const found = await readManifests(store, (key) => key.endsWith('/repo.json'))
  return found.map((content) => {
    const { kind, visibility, tags, deletedAt, refs } = repoManifest.parse(content)
    const named = refs.map(({ kind: of, name, revision }) => ({ kind: of, name, revision }))
    return { kind, visibility, tags, deletedAt, refs: named }
  })
}

async function readManifests({ objects }: Store, isWanted: (key: string) => boolean): Promise<unknown[]> {
  const { objects: found } = await objects.list({ prefix: 'manifests/' })
  const wanted = found.filter(({ key }) => isWanted(key))
  return Promise.all(wanted.map(async ({ key }) => JSON.parse(String(await buffer((await objects.get({ key })).body)))))
}

/** What is left of imports that have ended, and wrong counters: both should be empty. */
export async function leftoversOf(lab: Lab, { root }: Store, importIds: readonly string[]): Promise<string[]> {
  const all = await lab.scan()
  const repoIds = all
    .filter(({ sk, id }) => sk === 'IMPORT' && importIds.includes(String(id)))
    .map((item) => item.repoId)
  const items = all.filter(({ pk, sk, importId, repoId, id, activePk }) => {
    if (String(sk).startsWith('PENDING#')) return repoIds.includes(repoId)
    const isOurs = importIds.some((one) => String(pk).includes(one) || importId === one)
    return (
      isOurs &&
      (sk !== 'IMPORT' || (id !== undefined && activePk !== undefined)) &&
      sk !== 'DROP' &&
      sk !== 'LOOK' &&
      sk !== 'DETAILS'
    )
  })
  return [...items.map(({ pk, sk }) => `${pk} ${sk}`), ...(await stagedFiles(root)), ...miscountsIn(all)]
}

/** Counters of owners that differ from the sum of what they count. */
function miscountsIn(all: readonly Record<string, unknown>[]): string[] {
  return all
    .filter(({ pk, sk }) => String(pk).startsWith('USAGE#') && sk === 'USAGE')
    .flatMap(({ pk, repos = 0, storedBytes = 0 }) => {
      const owner = String(pk).slice('USAGE#'.length)
      const held = all.filter((item) => item.pk === `HELD#${owner}`) as unknown as { sizeBytes: number }[]
      const owned = all.filter((item) => item.sk === 'REPO' && String(item.owner).toLowerCase() === owner)
      return [
        ...(owned.length === repos ? [] : [`${owner} has ${owned.length} repos, counted as ${repos}`]),
        ...(sum(held) === storedBytes ? [] : [`${owner} holds ${sum(held)} bytes, counted as ${storedBytes}`]),
      ]
    })
}
