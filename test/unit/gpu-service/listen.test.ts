import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { keepAliveMs, listen } from '../../../gpu-service/listen.ts'

async function start() {
  const app = new Hono()
  app.get('/metrics', (context) => context.text('numbers'))
  app.get('/health', (context) => context.text('ok'))
  const server = listen({ fetch: app.fetch, port: 0 })
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** Requests exactly this path; fetch would normalise it first. */
async function ask(port: number, path: string, headers: Record<string, string> = {}) {
  const asked = request({ port, host: '127.0.0.1', path, headers: { connection: 'close', ...headers } }).end()
  const [answer] = await once(asked, 'response')
  answer.resume()
  return answer.statusCode as number
}

describe('the server of a replica', () => {
  it('keeps connections open longer than a load balancer, and allows each request more time than that', async () => {
    const { server } = await start()
    expect(server.keepAliveTimeout).toBe(keepAliveMs)
    expect(server.keepAliveTimeout).toBeGreaterThan(60_000)
    expect(server.headersTimeout).toBeGreaterThan(server.keepAliveTimeout)
  })

  it('serves /metrics to direct requests only, not through a load balancer', async () => {
    const { port } = await start()
    expect(await ask(port, '/metrics')).toBe(200)
    for (const path of ['/metrics', '/%6detrics', '/v1/../metrics', '/v1/%2e%2e/metrics', '/./metrics', '/metrics?a=b'])
      expect(await ask(port, path, { 'x-forwarded-for': '203.0.113.7' }), path).toBe(404)
    expect(await ask(port, '/health', { 'x-forwarded-for': '203.0.113.7' })).toBe(200)
  })
})
