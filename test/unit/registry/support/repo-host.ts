import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHubApp } from '../../../../functions/hub/app.ts'
import { inspectRevision } from '../../../../functions/ingest/steps/inspect-revision.ts'
import { writeRepoManifest } from '../../../../functions/ingest/steps/write-repo-manifest.ts'
import { createRegistryApp } from '../../../../functions/registry/app.ts'
import type { RevisionMetadata } from '../../../../shared/contract/repo.ts'
import { errors } from '../../../../shared/errors.ts'
import type { IngestMessage } from '../../../../shared/ingest/message.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import type { ModelDevice } from '../../../../shared/model/precision.ts'
import { objectAccess } from '../../../../shared/objects/access.ts'
import { createFolderObjectStore } from '../../../../shared/objects/folder-object-store.ts'
import { tableAccess } from '../../../../shared/table/access.ts'
import { findOwner } from '../../../../shared/table/owners.ts'
import { defaultQuotas, type Quotas } from '../../../../shared/table/quotas.ts'
import { findRepo } from '../../../../shared/table/repos.ts'
import { startTable } from '../../../support/dynoxide.ts'
import { guardedObjects } from '../../../support/guarded-objects.ts'
import { guardedTable } from '../../../support/guarded-table.ts'
import { callers } from './callers.ts'
import { type Commit, commitFiles } from './commit-files.ts'

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
}

export type RepoHost = Awaited<ReturnType<typeof startRepoHost>>

/** The registry and the hub over one real table, each with the access of its role, and a clock that tests can move. */
export async function startRepoHost({ quotas, poolDevices }: RepoHostOptions = {}) {
  const database = await startTable()
  const root = await mkdtemp(join(tmpdir(), 'slipway-registry-'))
  const objects = createFolderObjectStore({ root })
  const clock = { ms: Date.parse('2026-11-20T12:00:00.000Z') }
  const now = () => new Date(clock.ms)
  const sent: IngestMessage[] = []
  const ingest = {
    send: async ({ message }: { message: IngestMessage }) => void sent.push(message),
    sendMany: async () => {},
  }
  const common = {
    ingest,
    now,
    quotas: { ...defaultQuotas, ...quotas },
    verify: async (token: string | undefined) => {
      if (token === undefined) throw errors.unauthenticated()
      const principal = callers[token]
      if (principal === undefined) throw new Error(`nobody is called ${token}`)
      return principal
    },
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
  }
  const app = createRegistryApp({
    ...common,
    table: guardedTable(database.table, tableAccess.registry),
    version: '0.0.0',
    poolDevices,
  })
  const hub = createHubApp({
    ...common,
    table: guardedTable(database.table, tableAccess.hub),
    objects: guardedObjects(objects, objectAccess.hub),
  })

  async function call(method: string, path: string, { as = 'ada', json, headers }: Asked = {}): Promise<Answer> {
    const init = {
      method,
      headers: {
        ...(as !== null && { authorization: `Bearer ${as}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    }
    const response = await (path.startsWith('/api/v1/') ? app : hub).request(path, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }

  const ask = (method: string, path: string, asked?: Asked) => call(method, `/api/v1/repos${path}`, asked)

  const commit = (name: string, files: Record<string, string>, more: Commit = {}) =>
    commitFiles({ table: database.table, objects, now, name, files, ...more })

  const ofIngest = {
    table: guardedTable(database.table, tableAccess.ingest),
    objects: guardedObjects(objects, objectAccess.ingest),
  }
  /** Inspects the last commit, like the ingest queue. */
  const inspect = async (name: string) => {
    const repo = await findRepo(database.table, { name })
    if (repo?.revision === undefined) throw new Error(`there is nothing in ${name}`)
    const inspected = { repoId: repo.id, revision: repo.revision, attempt: 1 }
    await inspectRevision(inspected, ofIngest)
  }

  /** Runs the step that is queued after each change of a repo. */
  const followed = async (name: string) => {
    const repo = await findRepo(database.table, { name })
    if (repo === undefined) throw new Error(`there is no ${name}`)
    await writeRepoManifest({ repoId: repo.id }, { ...ofIngest, poolDevices, now })
  }

  return {
    table: database.table,
    objects,
    inspect,
    followed,
    scan: database.scan,
    sent,
    clock,
    app,
    hub,
    call,
    ask,
    commit,
    get: (path: string, as?: string | null) => ask('GET', path, as === undefined ? {} : { as }),
    make: (name: string, more: object = {}, as = 'root') => ask('POST', '', { as, json: { name, ...more } }),
    ownerOf: (name: string) => findOwner(database.table, name),
    /** Every item of a list, over all pages. */
    async all(path: string, as?: string | null): Promise<Answer['body'][]> {
      const items: unknown[] = []
      let cursor: string | undefined
      do {
        const sign = path.includes('?') ? '&' : '?'
        const page = await ask('GET', `${path}${sign}limit=3${cursor === undefined ? '' : `&cursor=${cursor}`}`, {
          ...(as !== undefined && { as }),
        })
        if (page.status !== 200) throw new Error(JSON.stringify(page.body))
        items.push(...page.body.items)
        cursor = page.body.cursor
      } while (cursor !== undefined)
      return items
    },
    async close() {
      await database.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

interface RepoHostOptions {
  quotas?: Partial<Quotas>
  poolDevices?: Record<string, ModelDevice>
}

interface Asked {
  /** `null` for a stranger. */
  as?: string | null
  json?: unknown
  headers?: Record<string, string>
}

export const metadata = (about: Partial<RevisionMetadata> = {}): RevisionMetadata => ({
  tags: [],
  baseModels: [],
  datasets: [],
  languages: [],
  onnx: [],
  warnings: [],
  ...about,
})
