import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect } from 'vitest'
import { createHubApp } from '../../../../functions/hub/app.ts'
import type { IngestMessage } from '../../../../shared/ingest/message.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { ObjectMissing, type ObjectStore } from '../../../../shared/objects/object-store.ts'
import type { Queue } from '../../../../shared/queue/queue.ts'
import type { Table } from '../../../../shared/table/table.ts'
import { startTable, type TestTable } from '../../../support/dynoxide.ts'

export const sha256 = 'a'.repeat(64)
export const first = '1'.repeat(40)
export const second = '2'.repeat(40)
export const sized = (path: string) => ({ path, sizeBytes: 5, sha256 })

/** The table of the running file of tests. */
export let held: TestTable

/** For a file of tests: a table with what `fill` writes. */
export function useTable(fill: (table: Table) => Promise<void>): void {
  beforeAll(async () => {
    held = await startTable()
    await fill(held.table)
  })
  afterAll(() => held.close())
}

/** A store whose every object is `hello`, and that counts the open ones. */
function helloStore() {
  const opened = { now: 0, ever: 0 }
  const get: ObjectStore['get'] = async ({ key, range = { start: 0, end: 4 } }) => {
    if (!key.startsWith('blobs/')) throw new ObjectMissing(key)
    opened.now++
    opened.ever++
    const body = Readable.from([...'hello'.slice(range.start, range.end + 1)].map((letter) => Buffer.from(letter)))
    body.once('close', () => opened.now--)
    return { sizeBytes: 5, etag: '', body, cancel: async () => void body.destroy() }
  }
  return { objects: { get } as unknown as ObjectStore, opened }
}

/** A hub over that table, for any caller. */
export function hub({ table = held.table, publicUrl }: { table?: Table; publicUrl?: string } = {}) {
  const { objects, opened } = helloStore()
  const app = createHubApp({
    table,
    objects,
    publicUrl,
    ingest: {} as Queue<IngestMessage>,
    verify: async () => ({ userId: 'u', username: 'u', role: 'admin', keyId: 'k', scopes: ['read'], owners: {} }),
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
  })
  const request = async (path: string, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { authorization: 'Bearer hf_x', ...init.headers } })
  return { app: { request }, opened }
}

/** All pages of a list, by their `Link` headers. */
export async function pages(path: string): Promise<Record<string, unknown>[][]> {
  const { app } = hub()
  const all: Record<string, unknown>[][] = []
  for (let url: string | undefined = `http://hub.test${path}`; url !== undefined; ) {
    const answer: Response = await app.request(url)
    expect(answer.status).toBe(200)
    all.push((await answer.json()) as Record<string, unknown>[])
    url = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  return all
}
