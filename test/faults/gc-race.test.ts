import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHubApp } from '../../functions/hub/app.ts'
import { defaultLimits } from '../../functions/ingest/dependencies.ts'
import { handleMessage } from '../../functions/ingest/handle-message.ts'
import { bootstrapAdmin } from '../../shared/auth/verify.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { startImport } from '../../shared/ingest/start-import.ts'
import { createLogger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { parseSource } from '../../shared/model/source.ts'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import { LocalQueue } from '../../shared/queue/local-queue.ts'
import { getImport } from '../../shared/table/imports.ts'
import { changeRepo } from '../../shared/table/repo-write.ts'
import { findRepo } from '../../shared/table/repos.ts'
import { startTable, type TestTable } from '../support/dynoxide.ts'
import { createTestMaintenance } from '../support/maintenance.ts'
import { hesitant } from './support/hesitant.ts'
import { memorySource } from './support/memory-source.ts'
import { seeded } from './support/model.ts'
import { expectWhole } from './support/whole-registry.ts'

const log = createLogger({ level: 'silent' })
const importsTotal = Number(process.env.SLIPWAY_RACE_IMPORTS ?? 400)
const importsAtOnce = 6
const owners = ['acme', 'globex', 'initech']
const day = 86_400_000

let database: TestTable
let root: string
let objects: ObjectStore
beforeEach(async () => {
  database = await startTable()
  root = await mkdtemp(join(tmpdir(), 'slipway-race-'))
  objects = createFolderObjectStore({ root })
})
afterEach(async () => {
  await database.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

describe('a garbage collection during imports, commits and deletions', () => {
  it('never removes a blob of a published revision, even without a grace period', { timeout: 600_000 }, async () => {
    const random = seeded(Number(process.env.SLIPWAY_RACE_SEED ?? 7))
    const { table } = database
    const slowTable = hesitant(table, random, ['get', 'put', 'update', 'transact', 'putMany', 'delete'])
    const slowObjects = {
      ...objects,
      ...hesitant({ head: objects.head, delete: objects.delete }, random, ['head', 'delete']),
    }
    // The collection runs weeks after the imports: every grace period has passed, and no work item has expired.
    const later = () => new Date(Date.now() + 20 * day)
    const maintenance = createTestMaintenance({
      table: hesitant(table, random, ['put', 'update', 'transact', 'delete']),
      scan: database.pages,
      objects: slowObjects,
      now: later,
      limits: { budgetMs: 0, pagesAtOnce: 1, itemsAtOnce: 200 },
    })

    // Few enough that most of what an import brings was there before: held, condemned, or being removed.
    const contents = Array.from({ length: Math.max(150, importsTotal) }, (_, index) => `content ${index}`)
    const pick = () => contents[Math.floor(random() * contents.length)] ?? ''
    const filesOf = new Map<string, Record<string, string>>()
    const queue = new LocalQueue<IngestMessage>({
      name: 'ingest',
      visibilityTimeoutMs: 60_000,
      maxReceiveCount: 5,
      concurrency: 12,
    })
    const hurried = {
      send: ({ message, delaySeconds = 0 }: { message: IngestMessage; delaySeconds?: number }) =>
        queue.send({ message, delaySeconds: delaySeconds / 2000 }),
      sendMany: ({ messages }: { messages: readonly IngestMessage[] }) => queue.sendMany({ messages }),
    }
    const dependencies = {
      table: slowTable,
      objects: slowObjects,
      queue: hurried,
      openSource: ({ source }: { source: string }) => memorySource(filesOf.get(source) ?? {}),
      limits: defaultLimits,
      log,
      metrics: createMetrics(),
      now: () => new Date(),
    }
    queue.consume((message, delivery) => handleMessage(message, delivery, dependencies))

    const hub = createHubApp({
      table: slowTable,
      objects: slowObjects,
      ingest: hurried,
      verify: async () => bootstrapAdmin,
      log,
      metrics: dependencies.metrics,
    })
    /** Commits one small file to main, whatever its head is. */
    async function commit(repo: string): Promise<string> {
      const content = Buffer.from(pick()).toString('base64')
      const lines = [
        { key: 'header', value: { summary: 'race' } },
        { key: 'file', value: { path: `c${Math.floor(random() * 3)}.txt`, content, encoding: 'base64' } },
      ]
      const body = lines.map((line) => JSON.stringify(line)).join('\n')
      const headers = { authorization: 'Bearer hf_any', 'content-type': 'application/x-ndjson' }
      const { status } = await hub.request(`/api/models/${repo}/commit/main`, { method: 'POST', headers, body })
      return `commit ${status}`
    }

    let isOver = false
    let collections = 0
    const freed = { blobs: 0, repos: 0 }
    const deleted = new Set<string>()
    const collecting = (async () => {
      while (!isOver) {
        const job = await maintenance.run('gc', { graceHours: 1, repoGraceDays: 0 })
        expect(job).toMatchObject({ state: 'DONE' })
        freed.blobs += job.counts.blobsFreed ?? 0
        freed.repos += job.counts.reposPurged ?? 0
        collections++
      }
    })()

    const endings = new Map<string, number>()
    let begun = 0
    const importer = async () => {
      while (begun < importsTotal) {
        const index = begun++
        const repo = `${owners[index % owners.length]}/m${Math.floor(random() * 12)}`
        const source = `hf://src/s${index}@main`
        if (random() < 0.5) {
          const end = await commit(repo)
          endings.set(end, (endings.get(end) ?? 0) + 1)
          continue
        }
        filesOf.set(source, { 'a.txt': pick(), 'b.txt': pick(), 'config.json': '{}' })
        const { item } = await startImport({
          table,
          queue: hurried,
          source: parseSource(source),
          repo,
          createdBy: 'test',
          now: new Date(),
        })
        const end = await endOf(item.id)
        endings.set(end, (endings.get(end) ?? 0) + 1)
        if (random() < 0.25) await deleteRepo(repo)
      }
    }
    async function endOf(id: string): Promise<string> {
      for (;;) {
        const item = await getImport(table, id)
        if (item?.state === 'READY') return 'READY'
        if (item?.state === 'FAILED') return item.failure?.code ?? 'FAILED'
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
    async function deleteRepo(name: string) {
      const repo = await findRepo(table, { name })
      if (repo === undefined) return
      await changeRepo(table, repo.id, (before) => ({ repo: { ...before, deletedAt: new Date().toISOString() } }))
      deleted.add(repo.id)
    }
    await Promise.all(Array.from({ length: importsAtOnce }, importer))
    await queue.idle()
    isOver = true
    await collecting
    await queue.close()

    expect(queue.deadLetters).toEqual([])
    // An import into a repo that was just deleted says so, and so does a commit to a missing one; a commit that meets a
    // collection at each try asks to retry. Nothing else may happen.
    const fine = ['READY', 'repo_deleted', 'commit 200', 'commit 404', 'commit 503']
    expect([...endings.keys()].filter((end) => !fine.includes(end))).toEqual([])
    expect(endings.get('READY')).toBeGreaterThan(importsTotal / 10)
    expect(endings.get('commit 200')).toBeGreaterThan(importsTotal / 10)
    expect(collections).toBeGreaterThan(2)
    expect(freed.blobs).toBeGreaterThan(10)
    expect(freed.repos).toBeGreaterThan(0)
    await expectWhole({ scan: database.scan, objects, owners })

    // After a last collection only what is needed is left, and each deleted repo was purged once.
    const last = await maintenance.run('gc', { graceHours: 1, repoGraceDays: 0 })
    expect(freed.repos + (last.counts.reposPurged ?? 0)).toBe(deleted.size)
    const { needed } = await expectWhole({ scan: database.scan, objects, owners })
    const blobs = (await objects.list({ prefix: 'blobs/' })).objects.map(({ key }) => key.split('/').at(-1))
    expect(new Set(blobs)).toEqual(needed)
    const left = (await database.scan()).filter(({ pk }) => /^(?:CONDEMNED|PURGES|IMPORTPARTS)#/.test(String(pk)))
    expect(left).toEqual([])
  })
})
