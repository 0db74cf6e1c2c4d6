import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { noteRefusal, RefusalCache } from '../../../gpu-service/protocols/refusal-cache.ts'
import { listen } from '../../../infra/local/http-server.ts'

const hasIPv6 = Object.values(networkInterfaces()).some((own) => own?.some(({ address }) => address === '::1'))

/** The local server in front of a full service; counts how often the service is entered. */
async function startFull() {
  const refusals = new RefusalCache({ now: () => 0 })
  const counts = { entered: 0 }
  const host: { refusals?: RefusalCache } = {}
  const fetch = (request: Request) => {
    counts.entered++
    noteRefusal(request)
    return Response.json({ error: 'full' }, { status: 429, headers: { 'retry-after': '1', 'x-request-id': 'first' } })
  }
  const server = await listen({ port: 0, hostname: '127.0.0.1', fetch, refusals: () => host.refusals })
  onTestFinished(() => server.close(0))
  const ask = () =>
    globalThis.fetch(`${server.url}/v1/embeddings`, {
      method: 'POST',
      headers: { authorization: 'Bearer a', 'content-type': 'application/json' },
      body: '{"input": "a text"}',
    })
  const start = () => {
    host.refusals = refusals
  }
  return { ask, counts, start }
}

describe('the local server', () => {
  it.skipIf(!hasIPv6)('reports a URL that works, also for an IPv6 address', async () => {
    const fetch = () => new Response('here')
    const { url, close } = await listen({ port: 0, hostname: '::1', fetch, refusals: () => undefined })
    onTestFinished(() => close(0))
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect(await (await globalThis.fetch(url)).text()).toBe('here')
  })

  it('names HOST if it is not an address of this machine', async () => {
    const start = listen({ port: 0, hostname: '192.0.2.1', fetch: () => new Response(), refusals: () => undefined })
    await expect(start).rejects.toThrow('"192.0.2.1" is not an address of this machine. Leave HOST out')
  })

  it('refuses a crowd at the cost of one request, each response with its own id', async () => {
    const { ask, counts, start } = await startFull()
    start()
    const first = await ask()
    const crowd = await Promise.all(Array.from({ length: 50 }, ask))
    expect([first, ...crowd].map(({ status }) => status)).toEqual(Array(51).fill(429))
    expect(counts.entered).toBe(1)
    for (const answer of crowd) expect(answer.headers.get('retry-after')).toBe('1')
    expect(new Set(crowd.map(({ headers }) => headers.get('x-request-id'))).size).toBe(50)
  })

  it('asks the app every time if there is no cache of refusals', async () => {
    const { ask, counts } = await startFull()
    for (let round = 0; round < 3; round++) expect((await ask()).status).toBe(429)
    expect(counts.entered).toBe(3)
  })
})
