import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { manifest } from '../../../shared/model/manifest.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { createFolderObjectStore } from '../../../shared/objects/folder-object-store.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import type { RefItem, RepoItem, RevisionItem } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { startTable } from '../../support/dynoxide.ts'

/** The parts that outlive a process: a database and folders, and a look at all they hold. */
export interface Lab {
  table: Table
  scan(): Promise<Record<string, unknown>[]>
  /** A store of its own, empty. */
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
 * All that a reader of a repo can see, without its times and its own name, so that two can be compared.
 * @throws Error where anything that is visible is not whole: that is never allowed, at no instant.
 */
export async function visibleOf({ table, objects, repo }: { table: Table; objects: ObjectStore; repo: string }) {
  const items = await Array.fromAsync(
    table.queryAll<Record<string, unknown>>({
      expression: 'pk = :pk',
      values: { ':pk': `REPO#${repo}` },
      consistent: true,
    }),
  )
  const revisions = items.filter(({ sk }) => String(sk).startsWith('REVISION#')) as unknown as RevisionItem[]
  const refs = items.filter(({ sk }) => String(sk).startsWith('REF#')) as unknown as RefItem[]
  const head = items.find(({ sk }) => sk === 'REPO') as RepoItem | undefined
  for (const revision of [...refs.map((ref) => ref.revision), ...(head === undefined ? [] : [head.revision])])
    if (!revisions.some(({ id }) => id === revision)) throw new Error(`${repo} names ${revision}, which is not there`)

  const content: Record<string, unknown> = {}
  for (const { id, filesTotal, sizeBytes } of revisions) {
    const files = await Array.fromAsync(
      table.queryAll<RevisionFile>({
        expression: 'pk = :pk',
        values: { ':pk': `FILES#${repo}#${id}` },
        consistent: true,
      }),
    )
    if (files.length !== filesTotal) throw new Error(`${repo} at ${id} shows ${files.length} of ${filesTotal} files`)
    if (sum(files) !== sizeBytes) throw new Error(`${repo} at ${id} is not of its size`)
    for (const { path, sha256 } of files)
      if ((await hashOf(objects, sha256)) !== sha256) throw new Error(`${path} of ${repo} at ${id} is not its blob`)
    content[id] = files.map(({ path, sizeBytes: size, sha256, gitSha1 }) => ({ path, size, sha256, gitSha1 }))
  }
  return { items: items.map((item) => timeless(item, repo)), content }
}

const sum = (files: readonly { sizeBytes: number }[]) => files.reduce((total, file) => total + file.sizeBytes, 0)

async function hashOf(objects: ObjectStore, sha256: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of (await objects.get({ key: objectKeys.blob(sha256) })).body) hash.update(chunk)
  return hash.digest('hex')
}

const timeless = (item: Record<string, unknown>, repo: string): unknown =>
  JSON.parse(
    JSON.stringify(item, (key, value: unknown) => (key === 'createdAt' || key === 'updatedAt' ? undefined : value))
      .replaceAll(repo, 'THE/REPO')
      .replaceAll(repo.split('/')[1] ?? repo, 'NAME'),
  )

/** What the manifests of a store say of their files. */
export async function manifestsOf({ objects }: Store): Promise<{ id: string; tags: string[]; files: unknown[] }[]> {
  const { objects: found } = await objects.list({ prefix: 'manifests/' })
  return Promise.all(
    found.map(async ({ key }) => {
      const { id, tags, files } = manifest.parse(
        JSON.parse((await buffer((await objects.get({ key })).body)).toString()),
      )
      return { id, tags, files }
    }),
  )
}

/** What is left of the work of imports that are over: there should be nothing. */
export async function leftoversOf(lab: Lab, { root }: Store, importIds: readonly string[]): Promise<string[]> {
  const items = (await lab.scan()).filter(({ pk, sk, importId, id, activePk }) => {
    const isOurs = importIds.some((one) => String(pk).includes(one) || importId === one)
    return (
      isOurs &&
      (sk !== 'IMPORT' || (id !== undefined && activePk !== undefined)) &&
      sk !== 'DROP' &&
      sk !== 'LOOK' &&
      sk !== 'DETAILS'
    )
  })
  const files = await readdir(join(root, 'staging'), { recursive: true, withFileTypes: true }).catch(() => [])
  const staged = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return [...items.map(({ pk, sk }) => `${pk} ${sk}`), ...staged]
}
