import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHubApp } from '../../../functions/hub/app.ts'
import type { IngestMessage } from '../../../shared/ingest/message.ts'
import { createLogger } from '../../../shared/log.ts'
import { createMetrics } from '../../../shared/metrics.ts'
import { objectKeys } from '../../../shared/objects/keys.ts'
import type { ObjectStore } from '../../../shared/objects/object-store.ts'
import { createS3ObjectStore } from '../../../shared/objects/s3-object-store.ts'
import type { Queue } from '../../../shared/queue/queue.ts'
import { startTable, type TestTable } from '../../support/dynoxide.ts'
import { putRepo } from '../../support/put-repo.ts'

const sha256 = 'a'.repeat(64)
const gitSha1 = 'b'.repeat(40)
const revision = '1'.repeat(40)
const streamedMax = 4 * 1024 ** 2
const sizes = { 'huge.bin': 5e9, 'fits.bin': streamedMax, 'over.bin': streamedMax + 1 }

let held: TestTable
beforeAll(async () => {
  held = await startTable()
  const large = Object.entries(sizes).map(([path, sizeBytes]) => ({ path, sizeBytes, sha256 }))
  const files = [...large, { path: 'näme 1.txt', sizeBytes: 9e6, sha256, gitSha1 }]
  await putRepo(held.table, { name: 'team/model', revisions: { [revision]: files } })
})
afterAll(() => held.close())

/** S3 as far as it works without a network: it signs addresses, and its objects are zeros. */
function zeros() {
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'session' }
  const s3 = createS3ObjectStore({ bucket: 'models', client: { region: 'eu-central-1', credentials } })
  const get: ObjectStore['get'] = async ({ range = { start: 0, end: 0 } }) => {
    const chunks = [Buffer.alloc(Math.min(range.end - range.start + 1, 64))]
    return {
      sizeBytes: 0,
      etag: '',
      body: (async function* () {
        yield* chunks
      })(),
      cancel: async () => {},
    }
  }
  return { ...s3, get }
}

function hub(objects: ObjectStore = zeros()) {
  const principal = { userId: 'u', username: 'team', role: 'member' as const, keyId: 'k', owners: {} }
  const verify = async () => ({ ...principal, scopes: ['read' as const] })
  const options = { table: held.table, objects, log: createLogger({ level: 'silent' }), metrics: createMetrics() }
  const app = createHubApp({ ...options, verify, ingest: {} as Queue<IngestMessage> })
  return (path: string, init: RequestInit = {}) =>
    app.request(`/team/model/${path}`, { ...init, headers: { authorization: 'Bearer hf_secret', ...init.headers } })
}

describe('a file that is too large for a Lambda response', () => {
  it.each(['GET', 'HEAD'])('is answered to %s with its metadata and a redirect to another hostname', async (method) => {
    const answer = await hub()('resolve/main/huge.bin', { method })
    expect(answer.status).toBe(302)
    expect(await answer.text()).toBe('')
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-repo-commit': revision,
      'x-linked-etag': `"${sha256}"`,
      'x-linked-size': '5000000000',
      etag: `"${sha256}"`,
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
    })
    for (const header of ['content-length', 'content-range', 'content-type'])
      expect(answer.headers.has(header)).toBe(false)
    const { hostname, pathname } = new URL(answer.headers.get('location') ?? '')
    expect(hostname).toBe('models.s3.eu-central-1.amazonaws.com')
    expect(pathname).toBe(`/${objectKeys.blob(sha256)}`)
  })

  it('is redirected to an address for that file only, for at most an hour, without a key and without required headers', async () => {
    const answer = await hub()(`resolve/main/${encodeURIComponent('näme 1.txt')}`)
    const location = answer.headers.get('location') ?? ''
    const asked = new URL(location).searchParams
    expect(asked.get('X-Amz-SignedHeaders')).toBe('host')
    expect(Number(asked.get('X-Amz-Expires'))).toBeLessThanOrEqual(3600)
    expect(asked.get('response-content-type')).toBe('application/octet-stream')
    expect(asked.get('response-content-disposition')).toBe(answer.headers.get('content-disposition'))
    expect([...asked.keys()].filter((name) => /checksum/i.test(name))).toEqual([])
    expect(location).not.toContain('hf_secret')
  })

  it('is one over 4 MiB, also as a raw file', async () => {
    const ask = hub()
    expect((await ask('resolve/main/fits.bin', { method: 'HEAD' })).status).toBe(200)
    expect((await ask('resolve/main/over.bin', { method: 'HEAD' })).status).toBe(302)
    expect((await ask(`raw/main/${encodeURIComponent('näme 1.txt')}`)).status).toBe(302)
    expect((await ask('raw/main/huge.bin')).headers.get('content-length')).toBe('135')
  })

  it('can still be read in small ranges, as Rust clients do first', async () => {
    const ask = (range: string, headers = {}) => hub()('resolve/main/huge.bin', { headers: { range, ...headers } })
    const part = await ask('bytes=0-0')
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe('bytes 0-0/5000000000')
    expect((await part.arrayBuffer()).byteLength).toBe(1)
    expect((await ask('bytes=-64')).status).toBe(206)
    expect((await ask(`bytes=1-${streamedMax + 1}`)).status).toBe(302)
    expect((await ask('bytes=1-')).status).toBe(302)
    expect((await ask('bytes=0-0', { 'if-range': '"another"' })).status).toBe(302)
    expect((await ask('bytes=5000000000-')).status).toBe(416)
  })

  it('is not sent again to a client that has it', async () => {
    const headers = { 'if-none-match': `"${sha256}"` }
    expect((await hub()('resolve/main/huge.bin', { headers })).status).toBe(304)
  })

  it('is streamed if the store has no addresses', async () => {
    const { downloadUrl: _, ...folder } = zeros()
    const answer = await hub(folder)('resolve/main/huge.bin', { method: 'HEAD' })
    expect({ status: answer.status, length: answer.headers.get('content-length') }).toEqual({
      status: 200,
      length: '5000000000',
    })
  })
})
