import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
let base: string
beforeAll(async () => {
  const model = await embedderModel()
  base = `/models/${model.repo}`
  host = await startTestServing([model])
})
afterAll(() => host.close())

const json = JSON.stringify({ inputs: 'one text', input: 'one text', query: 'a', documents: ['b'], model: 'tiny' })
const packed = {
  gzip: gzipSync(json),
  'x-gzip': gzipSync(json),
  deflate: deflateSync(json),
  'Deflate ': deflateRawSync(json),
  br: brotliCompressSync(json),
  zstd: zstdCompressSync(json),
}
const send = (path: string, { body, coding, type }: { body: Uint8Array; coding: string; type?: string }) => {
  const headers = { 'content-encoding': coding, 'content-type': type ?? 'application/json' }
  return host.ask(path, { method: 'POST', body: new Uint8Array(body), headers })
}

describe('a compressed body', () => {
  it.each(Object.entries(packed))(
    'in %s is refused by a pipeline with 415 and what to send instead',
    async (coding, body) => {
      for (const type of ['application/json', 'application/octet-stream', 'image/png', 'text/plain']) {
        const answer = await send(base, { body, coding, type })
        const { error, code } = (await answer.json()) as { error: string; code: string }
        expect([type, answer.status, code]).toEqual([type, 415, 'unsupported_encoding'])
        expect(error).toBe(`The content encoding "${coding.trim()}" is not supported; send the body as it is.`)
      }
    },
  )

  it('is refused in the error format of each protocol without compression', async () => {
    const { gzip: body } = packed
    const told = async (path: string) => {
      const answer = await send(path, { body, coding: 'gzip' })
      return [answer.status, await answer.json()]
    }
    const said = expect.stringContaining('"gzip" is not supported')
    expect(await told('/v1/embeddings')).toMatchObject([
      415,
      { error: { message: said, type: 'invalid_request_error' } },
    ])
    expect(await told(`${base}/embed`)).toMatchObject([415, { error: said, error_type: 'Validation' }])
    expect(await told('/v2/rerank')).toMatchObject([415, { message: said }])
  })

  it('is never decompressed: one of 64 MB costs no more than its own bytes', async () => {
    const body = gzipSync(Buffer.alloc(64 * 1024 ** 2))
    const before = process.memoryUsage.rss()
    expect((await send(base, { body, coding: 'gzip' })).status).toBe(415)
    expect(process.memoryUsage.rss() - before).toBeLessThan(32 * 1024 ** 2)
  })
})

it('accepts a body with content-encoding identity', async () => {
  for (const coding of ['identity', 'Identity', '']) {
    const answer = await send(base, { body: Buffer.from(json), coding })
    expect([coding, answer.status]).toEqual([coding, 200])
  }
})
