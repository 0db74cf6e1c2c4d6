import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

const deployment = {
  name: 'one',
  url: '/api/v1/predict/one',
  repo: 'acme/one',
  task: 'fill-mask',
  state: 'READY',
  targets: [],
  version: 7,
  limits: { requestsPerSecond: 10, requestsPerDay: 1000, concurrency: 4 },
  canary: { maxErrorRate: 0.05, maxLatencyRatio: 2, minRequests: 50, windowSeconds: 60 },
}

let sent: { method: string; body: unknown }[]
beforeEach(() => {
  sent = []
  vi.stubGlobal('fetch', async (_: string, { method = '', body }: RequestInit) => {
    if (method !== 'GET') sent.push({ method, body: JSON.parse(String(body)) })
    return Response.json(deployment)
  })
})
afterEach(() => vi.unstubAllGlobals())

const update = (...options: string[]) => cli('deploy', '--name', 'one', '--update', ...options)

describe('slipway deploy --update', () => {
  it.each([
    [['--requests-per-second', '50'], { limits: { requestsPerSecond: 50, requestsPerDay: 1000, concurrency: 4 } }],
    [['--canary-errors', '0.1'], { canary: { ...deployment.canary, maxErrorRate: 0.1 } }],
    [['--canary-requests', '9'], { canary: { ...deployment.canary, minRequests: 9 } }],
    [['--tokens-per-minute', '9'], { limits: { ...deployment.limits, tokensPerMinute: 9 } }],
    [['--min', '2'], { min: 2 }],
  ])('keeps the other settings: %j', async (options, body) => {
    expect((await update(...options)).code).toBe(0)
    expect(sent).toEqual([{ method: 'PATCH', body }])
  })

  it.each([
    [['--requests-per-day', 'none'], { limits: { requestsPerSecond: 10, concurrency: 4 } }],
    [['--requests-per-day', 'none', '--requests-per-second', 'none', '--concurrency', 'none'], { limits: null }],
    [['--canary-latency', 'none'], { canary: { maxErrorRate: 0.05, minRequests: 50, windowSeconds: 60 } }],
    [['--canary-latency', 'none', '--canary-errors', 'none'], { canary: null }],
    [['--cache', 'none'], { resultCache: null }],
    [['--max', 'none'], { max: null }],
    [['--shadow', 'none'], { shadow: null }],
  ])('removes a setting: %j', async (options, body) => {
    expect((await update(...options)).code).toBe(0)
    expect(sent).toEqual([{ method: 'PATCH', body }])
  })

  it.each([
    [['deploy', 'acme/one', '--shadow-percent', '5'], '--shadow-percent needs --shadow'],
    [['deploy', '--name', 'one', '--update', '--shadow-percent', '5'], '--shadow-percent needs --shadow'],
    [
      ['deploy', '--name', 'one', '--update', '--shadow', 'none', '--shadow-percent', '5'],
      '--shadow-percent needs --shadow',
    ],
    [['deploy', 'acme/one', '--requests-per-day', 'none'], 'so it needs --update'],
    [['deploy', 'acme/one', '--shadow', 'none'], 'so it needs --update'],
    [['deploy', '--name', 'one', '--update', '--min', 'none'], '--min takes a number, not "none"'],
    [['deploy', '--name', 'one', '--update'], 'nothing to change'],
    [['deploy', 'acme/one', '--canary-errors', '5'], 'for 5 % use --canary-errors 0.05'],
  ])('explains what is wrong with %j, and sends nothing', async (parameters, message) => {
    expect(await cli(...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(sent).toEqual([])
  })
})
