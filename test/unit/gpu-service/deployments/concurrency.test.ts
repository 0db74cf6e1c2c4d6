import { request, type Server } from 'node:http'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { listen } from '../../../../gpu-service/listen.ts'
import { changeDeployment } from '../../../../shared/table/deployments.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

/** For a machine that is busy with other work. */
const slow = { timeout: 60_000 }

let host: TestServing
let server: Server
let port: number
beforeAll(async () => {
  host = await startTestServing([], { waitMsMax: 60_000, heartbeatMs: 50 })
  const target = await publishTarget(host, await embedderModel())
  await deployTargets(host, { name: 'one', targets: [target], min: 0, limits: { concurrency: 1 } })
  port = await new Promise((resolve) => {
    server = listen({ fetch: host.serving.app.fetch, port: 0, onListening: resolve })
  })
  await vi.waitFor(async () => expect((await embed()).status).toBe(200), slow)
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await host.close()
})

const embed = (init: RequestInit & { texts?: number } = {}) => {
  const { texts = 1, ...rest } = init
  const input = Array.from({ length: texts }, (_, index) => `text ${index}`)
  return host.ask('/v1/embeddings', { json: { model: 'one', input }, ...rest })
}
const inFlight = async () => {
  const { deployments } = (await (await host.ask('/info')).json()) as { deployments: { inFlight: number }[] }
  return deployments[0]?.inFlight
}
/** Makes the next request wait for its model to load. */
const unload = async () =>
  expect((await host.ask('/v2/repository/models/one/unload', { method: 'POST' })).status).toBe(200)

it('refuses requests beyond the concurrency limit, in the error format of their protocol', async () => {
  await unload()
  const first = embed()
  const path = '/api/v1/predict/one'
  const refused = await Promise.all([
    embed(),
    host.ask(`${path}/embed`, { json: { inputs: 'text' } }),
    host.ask(path, { json: { inputs: 'text' } }),
  ])
  expect(refused.map(({ status }) => status)).toEqual([429, 429, 429])
  for (const { headers } of refused) {
    expect(Number(headers.get('retry-after-ms'))).toBeGreaterThanOrEqual(100)
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(headers.get('x-concurrency-limit')).toBe('1')
    expect(headers.get('x-concurrency-remaining')).toBe('0')
    expect(headers.get('x-should-retry')).toBeNull()
  }
  const bodies = await Promise.all(refused.map((response) => response.json()))
  const message = expect.stringContaining('1 concurrent request per replica')
  expect(bodies).toMatchObject([
    { error: { type: 'rate_limit_error', code: 'concurrency_limited', message } },
    { error: message, error_type: 'Overloaded' },
    { error: message, code: 'concurrency_limited' },
  ])
  expect((await first).status).toBe(200)
  expect((await embed()).status).toBe(200)
})

it('gives the slot back when the client disconnects, when the deadline passes and when the input is invalid', async () => {
  const caller = new AbortController()
  await unload()
  const left = embed({ signal: caller.signal })
  expect((await embed()).status).toBe(429)
  caller.abort()
  expect((await left).status).toBe(499)
  expect(await inFlight()).toBe(0)

  await unload()
  const late = embed({ headers: { 'x-request-timeout': '0.001' } })
  expect((await late).status).toBe(504)
  expect(await inFlight()).toBe(0)
  const wrong = await host.ask('/v1/embeddings', { json: { model: 'one', input: [3.5] } })
  expect(wrong.status).toBe(422)
  expect((await embed()).status).toBe(200)
  expect(await inFlight()).toBe(0)
})

it('holds a slot until the answer is read or the stream is cancelled', async () => {
  const read = await embed({ texts: 1000 })
  expect([read.status, await inFlight(), (await embed()).status]).toEqual([200, 1, 429])
  expect(((await read.json()) as { data: unknown[] }).data).toHaveLength(1000)
  expect((await embed()).status).toBe(200)

  const cut = await embed({ texts: 1000 })
  expect([cut.status, (await embed()).status]).toEqual([200, 429])
  await cut.body?.cancel()
  expect((await embed()).status).toBe(200)
})

it('gives the slot back when the connection is cut in the middle of an answer', async () => {
  const json = JSON.stringify({ model: 'one', input: Array.from({ length: 2000 }, (_, index) => `text ${index}`) })
  const headers = { authorization: `Bearer ${host.token}`, 'content-type': 'application/json' }
  const cut = new Promise<number | undefined>((resolve, reject) => {
    const asked = request({ port, path: '/v1/embeddings', method: 'POST', headers }, (answer) => {
      answer.once('data', () => {
        answer.destroy()
        resolve(answer.statusCode)
      })
    })
    asked.once('error', reject)
    asked.end(json)
  })
  expect(await cut).toBe(200)
  await expect.poll(inFlight, slow).toBe(0)
  expect((await embed()).status).toBe(200)
})

/** Sends the head and half of the body; returns a function that sends the rest. */
async function begin() {
  const [start, rest] = ['{"inputs": ', '"text"}']
  const headers = { authorization: `Bearer ${host.token}`, 'content-type': 'application/json' }
  const asked = request({
    port,
    path: '/api/v1/predict/one',
    method: 'POST',
    headers: { ...headers, 'content-length': String(start.length + rest.length) },
  })
  const answer = new Promise<{ status: number | undefined; quota: unknown }>((resolve, reject) => {
    asked.once('error', reject)
    asked.once('response', (response) => {
      response.resume()
      const { statusCode: status, headers } = response
      response.once('end', () => resolve({ status, quota: headers['x-quota-remaining-requests'] }))
    })
  })
  const before = await letIn()
  asked.write(start)
  await expect.poll(letIn, slow).toBe(before + 1)
  return () => {
    asked.end(rest)
    return answer
  }
}
const letIn = async () => {
  const { values } = await host.metrics.keyRequests.get()
  return values.reduce((total, { value }) => total + value, 0)
}

it('holds no slot while the body is still being sent', async () => {
  const send = await begin()
  expect([await inFlight(), (await embed()).status]).toEqual([0, 200])
  expect((await send()).status).toBe(200)
})

it('does not charge the quota for a request refused after its body has arrived', async () => {
  const limits = { concurrency: 1, requestsPerDay: 1000 }
  await changeDeployment(host.table, 'one', async (item) => ({ ...item, limits }))
  const quota = async () => Number((await embed()).headers.get('x-quota-remaining-requests'))
  await expect.poll(quota, slow).toBeGreaterThan(0)
  const sends = [await begin(), await begin(), await begin()]
  const before = await quota()
  const read = await embed({ texts: 1000 })
  for (const { status } of await Promise.all(sends.map((send) => send()))) expect(status).toBe(429)
  await read.json()
  // One request was answered and one asks for the quota; the three refused ones had been charged and are given back.
  expect(await quota()).toBe(before + 3 - 2)
})

it('applies a changed concurrency limit', async () => {
  await changeDeployment(host.table, 'one', async (item) => ({ ...item, limits: { concurrency: 3 } }))
  const limit = async () => (await embed()).headers.get('x-concurrency-limit')
  await expect.poll(limit, slow).toBe('3')
  await unload()
  const all = await Promise.all(Array.from({ length: 5 }, () => embed()))
  expect(all.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429])
  await changeDeployment(host.table, 'one', async ({ limits: _, ...item }) => item)
  await expect.poll(limit, slow).toBeNull()
})
