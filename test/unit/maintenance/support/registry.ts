import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHubApp } from '../../../../functions/hub/app.ts'
import { defaultLimits } from '../../../../functions/ingest/dependencies.ts'
import { handleMessage } from '../../../../functions/ingest/handle-message.ts'
import { bootstrapAdmin } from '../../../../shared/auth/verify.ts'
import type { IngestMessage } from '../../../../shared/ingest/message.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { objectAccess } from '../../../../shared/objects/access.ts'
import { createFolderObjectStore } from '../../../../shared/objects/folder-object-store.ts'
import type { ObjectStore } from '../../../../shared/objects/object-store.ts'
import { tableAccess } from '../../../../shared/table/access.ts'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'
import { guardedObjects } from '../../../support/guarded-objects.ts'
import { guardedTable } from '../../../support/guarded-table.ts'
import { createTestMaintenance, type TestMaintenanceOptions } from '../../../support/maintenance.ts'

const log = createLogger({ level: 'silent' })

export interface TestRegistry {
  database: TestTable
  objects: ObjectStore
  /** Maintenance with the access of its role, an hour later, so that nothing is recent. */
  maintenance: (options?: Partial<TestMaintenanceOptions>) => ReturnType<typeof createTestMaintenance>
  /** Creates a repo with a README and commits `files` to it, one commit each. */
  repo(name: string, files?: Record<string, string>, body?: object): Promise<void>
  hub(path: string, method: string, body: unknown): Promise<unknown>
  /** Runs the ingest steps that maintenance or the hub queued. */
  ingest(messages?: IngestMessage[]): Promise<void>
  close(): Promise<void>
}

/** A registry that is filled through the Hub's routes, and whose maintenance runs when a test says so. */
export async function startRegistry(): Promise<TestRegistry> {
  const database = await startTable()
  const root = await mkdtemp(join(tmpdir(), 'slipway-maintenance-'))
  const objects = createFolderObjectStore({ root })
  const { table } = database
  const asked: IngestMessage[] = []
  const queue = {
    send: async ({ message }: { message: IngestMessage }) => void asked.push(message),
    sendMany: async ({ messages }: { messages: readonly IngestMessage[] }) => void asked.push(...messages),
  }
  const metrics = createMetrics()
  const app = createHubApp({
    table,
    objects: guardedObjects(objects, objectAccess.hub),
    ingest: queue,
    verify: async () => bootstrapAdmin,
    log,
    metrics,
  })
  const steps = {
    table,
    objects: guardedObjects(objects, objectAccess.ingest),
    queue,
    openSource: () => {
      throw new Error('nothing is imported here')
    },
    limits: defaultLimits,
    log,
    metrics,
    now: () => new Date(),
  }
  const hub = async (path: string, method: string, body: unknown) => {
    const isText = typeof body === 'string'
    const response = await app.request(path, {
      method,
      headers: {
        authorization: 'Bearer hf_any',
        'content-type': isText ? 'application/x-ndjson' : 'application/json',
      },
      body: isText ? body : JSON.stringify(body),
    })
    const answer = await response.text()
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
    return JSON.parse(answer)
  }
  async function ingest(messages = asked) {
    for (let message = messages.shift(); message !== undefined; message = messages.shift() ?? asked.shift())
      await handleMessage(message, { receiveCount: 1, signal: new AbortController().signal }, steps)
  }
  return {
    database,
    objects,
    hub,
    ingest,
    maintenance: (options = {}) =>
      createTestMaintenance({
        table: guardedTable(table, tableAccess.maintenance),
        scan: database.pages,
        now: () => new Date(Date.now() + 3_600_000),
        ...options,
        objects: guardedObjects(options.objects ?? objects, objectAccess.maintenance),
      }),
    async repo(name, files = {}, body = {}) {
      const readme = { path: 'README.md', content: `---\nlicense: mit\n---\n# ${name}\n` }
      await hub('/api/repos/create', 'POST', { name, files: [readme], ...body })
      for (const [path, content] of Object.entries(files)) {
        const value = { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' }
        const lines = [
          { key: 'header', value: { summary: path } },
          { key: 'file', value },
        ]
        await hub(`/api/models/${name}/commit/main`, 'POST', lines.map((line) => JSON.stringify(line)).join('\n'))
      }
      await ingest()
    },
    async close() {
      await database.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}
