import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../../functions/cleanup/clean-up.ts'
import { resendOutbox } from '../../functions/cleanup/resend-outbox.ts'
import { handleMessage } from '../../functions/ingest/handle-message.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import { createLogger } from '../../shared/log.ts'
import { repoManifest } from '../../shared/model/manifest.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import { tableAccess } from '../../shared/table/access.ts'
import { readEvents } from '../../shared/table/audit.ts'
import { lists } from '../../shared/table/keys.ts'
import { findRepo } from '../../shared/table/repos.ts'
import { guardedTable } from '../support/guarded-table.ts'
import { freshRepos } from '../unit/registry/support/fresh-repos.ts'
import type { RepoHost } from '../unit/registry/support/repo-host.ts'

const log = createLogger({ level: 'silent' })
const delivery = { receiveCount: 1, signal: new AbortController().signal }

let host: RepoHost
let repo: string
freshRepos('outbox', async (fresh) => {
  host = fresh.host
  repo = fresh.repo
  await host.commit(repo, { 'a.txt': '1' })
  await work(await resumed())
  host.sent.length = 0
})

/** The messages that a sweep sends an hour later. */
async function resumed(limits: { pauseMs?: number; resumesMax?: number } = {}): Promise<IngestMessage[]> {
  const messages: IngestMessage[] = []
  const queue = {
    send: async ({ message }: { message: IngestMessage }) => void messages.push(message),
    sendMany: async () => {},
  }
  host.clock.ms += 3_600_000
  const now = new Date(host.clock.ms)
  await resendOutbox({ table: guardedTable(host.table, tableAccess.cleanup), queue, before: now, now, log, ...limits })
  return messages
}
async function work(messages: readonly IngestMessage[]) {
  const table = guardedTable(host.table, tableAccess.ingest)
  for (const message of messages)
    await handleMessage(message, delivery, { table, objects: host.objects, log } as Parameters<typeof handleMessage>[2])
}
async function manifest() {
  const found = await findRepo(host.table, { name: repo, withDeleted: true })
  const { body } = await host.objects.get({ key: objectKeys.repoManifest(found?.id ?? '') })
  return repoManifest.parse(JSON.parse(String(await buffer(body))))
}

describe('a process killed after a change and before its message', () => {
  it.each<[string, () => Promise<{ status: number }>, object]>([
    ['a tag', () => host.ask('POST', `/${repo}/tags`, { json: { name: 'v1' } }), { kind: 'tag', name: 'v1' }],
    ['a branch', () => host.ask('POST', `/${repo}/branches`, { json: { name: 'x' } }), { kind: 'branch', name: 'x' }],
    ['an alias', () => host.ask('POST', `/${repo}/aliases`, { json: { name: 'top' } }), { kind: 'alias', name: 'top' }],
    ['a branch of the Hub', () => host.call('POST', `/api/models/${repo}/branch/y`, { json: {} }), { name: 'y' }],
  ])('leaves the manifest to be written by a sweep: %s', async (_, change, ref) => {
    expect((await change()).status).toBeLessThan(300)
    // They were in the memory of the killed process.
    host.sent.length = 0
    expect((await manifest()).refs).not.toContainEqual(expect.objectContaining(ref))
    const messages = await resumed()
    expect(messages).toContainEqual({ step: 'write-repo-manifest', repoId: expect.any(String), attempt: 1 })
    await work(messages)
    expect((await manifest()).refs).toContainEqual(expect.objectContaining(ref))
    expect(await resumed()).toEqual([])
  })

  it('leaves a commit to be inspected by a sweep', async () => {
    const line = (key: string, value: object) => JSON.stringify({ key, value })
    const content = Buffer.from('---\nlicense: mit\n---\n').toString('base64')
    const body = [line('header', { summary: 's' }), line('file', { path: 'README.md', content, encoding: 'base64' })]
    const path = `/api/models/${repo}/commit/main`
    const answer = await host.hub.request(path, {
      method: 'POST',
      headers: { authorization: 'Bearer ada', 'content-type': 'application/x-ndjson' },
      body: body.join('\n'),
    })
    expect(answer.status).toBe(200)
    host.sent.length = 0
    expect((await host.get(`/${repo}`)).body).not.toHaveProperty('license')
    await work(await resumed())
    expect((await host.get(`/${repo}`)).body.license).toBe('mit')
    expect(await resumed()).toEqual([])
  })
})

describe('pending work', () => {
  it('is requested again until it is done, and not before its pause is over', async () => {
    await host.ask('POST', `/${repo}/tags`, { json: { name: 'v1' } })
    expect(await resumed()).toHaveLength(1)
    const messages = await resumed()
    expect(messages).toHaveLength(1)
    await work(messages)
    expect(await resumed()).toEqual([])
  })

  it('pauses twice as long after each request in vain, and is reported and given up in the end', async () => {
    await host.ask('POST', `/${repo}/tags`, { json: { name: 'v1' } })
    const limits = { pauseMs: 3_600_000 - 1, resumesMax: 4 }
    const asked: number[] = []
    for (let hour = 1; hour <= 40; hour++) if ((await resumed(limits)).length > 0) asked.push(hour)
    expect(asked).toEqual([1, 2, 4, 8])
    const { id = '' } = (await findRepo(host.table, { name: repo })) ?? {}
    const told = async () => {
      const { items } = await readEvents(host.table, { scope: 'all', limit: 100 })
      return items.filter(({ target }) => target === `repos/${id}`)
    }
    const failed = { action: 'repo.record', actor: { userId: 'cleanup' }, outcome: { result: 'failed' } }
    expect(await told()).toMatchObject([failed])
    // A later change requests it anew.
    await host.ask('POST', `/${repo}/tags`, { json: { name: 'v2' } })
    await work(await resumed(limits))
    expect((await manifest()).refs.map(({ name }) => name)).toEqual(expect.arrayContaining(['v1', 'v2']))
    expect(await told()).toHaveLength(1)
  })

  it('is requested even if sweeping imports and audit events fails, and those failures are reported', async () => {
    await host.ask('POST', `/${repo}/tags`, { json: { name: 'v1' } })
    const messages: IngestMessage[] = []
    const queue = {
      send: async ({ message }: { message: IngestMessage }) => void messages.push(message),
      sendMany: async () => {},
    }
    const table = guardedTable(host.table, tableAccess.cleanup)
    const breaking = new Proxy(table, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown
        if (typeof method !== 'function') return method
        if (name !== 'queryAll') return method.bind(target) as unknown
        return (query: Parameters<typeof table.queryAll>[0]) => {
          if (query.values?.[':list'] !== lists.outbox) throw new Error(`no ${String(query.values?.[':list'])}`)
          return target.queryAll(query)
        }
      },
    })
    host.clock.ms += 3_600_000
    const now = new Date(host.clock.ms)
    const faults = await cleanUp({ table: breaking, queue, before: now, now, log })
    expect(faults.map(String)).toEqual([`Error: no ${lists.activeImports}`, `Error: no ${lists.auditIntents}`])
    expect(messages).toMatchObject([{ step: 'write-repo-manifest' }])
  })

  it('is not marked done by a process that wrote an older state', async () => {
    await host.ask('POST', `/${repo}/tags`, { json: { name: 'v1' } })
    const found = await findRepo(host.table, { name: repo })
    const objects = {
      ...host.objects,
      put: async (request: Parameters<RepoHost['objects']['put']>[0]): Promise<'exists' | 'written'> => {
        await host.objects.put(request)
        objects.put = host.objects.put
        await host.ask('POST', `/${repo}/tags`, { json: { name: 'v2' } })
        throw new Error('killed')
      },
    }
    const message = { step: 'write-repo-manifest' as const, repoId: found?.id ?? '', attempt: 1 }
    const table = guardedTable(host.table, tableAccess.ingest)
    const queue = { send: async () => {}, sendMany: async () => {} }
    await handleMessage(message, delivery, { table, objects, queue, log } as unknown as Parameters<
      typeof handleMessage
    >[2])
    await work(await resumed())
    expect((await manifest()).refs.map(({ name }) => name)).toEqual(expect.arrayContaining(['v1', 'v2']))
  })
})
