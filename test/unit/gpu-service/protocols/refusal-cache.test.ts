import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../../../../gpu-service/listen.ts'
import { noteRefusal, RefusalCache } from '../../../../gpu-service/protocols/refusal-cache.ts'

let [nowMs, whole, repeated] = [0, 0, 0]
let server: ReturnType<typeof listen>
let url = ''

/** A service that is full and counts the requests that reach it. */
function refuse(request: Request): Response {
  whole++
  if (request.headers.get('authorization') === null) return new Response('who are you?', { status: 401 })
  noteRefusal(request)
  const requestId = `id-${whole}`
  const headers = { 'retry-after': '2', 'x-request-id': requestId, 'content-type': 'application/json' }
  return new Response(JSON.stringify({ error: 'full', requestId }), { status: 429, headers })
}

beforeEach(async () => {
  ;[nowMs, whole, repeated] = [0, 0, 0]
  const refusals = new RefusalCache({
    now: () => nowMs,
    onRepeats: (count) => {
      repeated += count
    },
  })
  server = listen({ fetch: refuse, refusals, port: 0 })
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => void server.close())

const ask = (path: string, headers: Record<string, string> = { authorization: 'Bearer a' }) =>
  fetch(url + path, { method: 'POST', headers, body: 'x'.repeat(100_000) })

describe('a refusal', () => {
  it('is repeated to the same caller for a moment, with a new request id, without reaching the service', async () => {
    const first = await ask('/v1/embeddings')
    const again = await ask('/v1/embeddings')
    expect([first.status, again.status, whole, repeated]).toEqual([429, 429, 1, 1])
    expect(again.headers.get('retry-after')).toBe('2')
    const { requestId } = (await again.json()) as { requestId: string }
    expect(requestId).toBe(again.headers.get('x-request-id'))
    expect(requestId).not.toBe(first.headers.get('x-request-id'))
    nowMs = 20
    await ask('/v1/embeddings')
    expect([whole, repeated]).toEqual([2, 1])
  })

  it('is not repeated for another caller, key, path or priority', async () => {
    await ask('/v1/embeddings')
    expect((await ask('/v1/embeddings', {})).status).toBe(401)
    await ask('/v1/embeddings', { authorization: 'Bearer b' })
    await ask('/models/a/b')
    await ask('/v1/embeddings', { authorization: 'Bearer a', 'x-priority': 'bulk' })
    expect([whole, repeated]).toEqual([5, 0])
  })

  it('keeps the connection usable although the body was not read', async () => {
    for (let round = 0; round < 5; round++) expect((await ask('/v1/embeddings')).status).toBe(429)
    expect([whole, repeated]).toEqual([1, 4])
  })
})
