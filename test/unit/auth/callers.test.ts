import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { describe, expect, it } from 'vitest'
import { callerAddress, callerNetwork } from '../../../shared/http/caller-address.ts'
import { pauseAfter } from '../../../shared/table/login-attempts.ts'

describe('callers', () => {
  it('are identified by their connection, not by headers they can set', async () => {
    const app = new Hono().get('/', (context) => context.text(callerAddress(context) ?? 'unknown'))
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    const over = async (remoteAddress: string) =>
      (await app.request('/', { headers }, { incoming: { socket: { remoteAddress } } })).text()
    expect(await over('192.0.2.1')).toBe('192.0.2.1')
    expect(await over('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(await over('2001:db8::1')).toBe('2001:db8::1')
    expect(await (await app.request('/', { headers })).text()).toBe('unknown')
    const http = { method: 'GET', path: '/', sourceIp: '198.51.100.7' }
    const event = { version: '2.0', rawPath: '/', rawQueryString: '', headers, requestContext: { http } }
    const answer = (await handle(app)(event as never, {} as never)) as { body: string }
    expect(answer.body).toBe('198.51.100.7')
  })

  it('are counted by address, and by network for IPv6', () => {
    expect(callerNetwork('192.0.2.7')).toBe('192.0.2.7')
    expect(callerNetwork('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(callerNetwork('2001:db8::1')).toBe('2001:db8:0:0::/64')
    expect(callerNetwork('::1')).toBe('0:0:0:0::/64')
    expect(callerNetwork('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  })
})

describe('pauses after failed attempts', () => {
  it('double up to a maximum', () => {
    const policy = { free: 2, firstPauseMs: 1000, pauseMsMax: 5000, windowMs: 1 }
    expect([0, 1, 2, 3, 4, 5, 6, 60].map((failures) => pauseAfter(failures, policy))).toEqual([
      0, 0, 0, 1000, 2000, 4000, 5000, 5000,
    ])
  })
})
