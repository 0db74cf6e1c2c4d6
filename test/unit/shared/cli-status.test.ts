import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { deployment } from './support/answered-deployment.ts'
import { cli } from './support/run-cli.ts'

afterEach(() => vi.unstubAllGlobals())

describe('slipway status', () => {
  const limits = { requestsPerSecond: 2.5, requestsPerDay: 1000, tokensPerMinute: 5000, concurrency: 4 }
  const said = '2.5 requests/second, 1000 requests/day, 5000 tokens/minute, 4 at a time per replica'
  const none = { replicas: [], drift: [], target: 'acme/one@main', task: 'tensors', min: 1 }
  const limited = { ...deployment, ...none, version: 3, limits }
  const answers = (one: object) =>
    vi.stubGlobal('fetch', async (url: string) => {
      if (url.endsWith('/deployments/one')) return Response.json(one)
      return Response.json(url.includes('/deployments?') ? { items: [one] } : { items: [], scopes: [] })
    })

  it.each([[['one']], [[]]])('shows every limit that is set: %j', async (named) => {
    answers(limited)
    expect(await cli('status', ...named)).toMatchObject({ code: 0, out: expect.stringContaining(said) })
    answers({ ...limited, limits: { concurrency: 4 } })
    const { out } = await cli('status', ...named)
    expect(out).toContain('4 at a time per replica')
    expect(out).not.toContain('requests/')
    const json = JSON.parse((await cli('status', ...named, '--json')).out)
    expect(named.length === 0 ? json.deployments[0] : json).toMatchObject({ limits: { concurrency: 4 } })
  })
})

describe('slipway status of one deployment', () => {
  const own = { target: 'acme/one@main', task: 'tensors', version: 3, replicas: [], drift: [], owner: 'acme' }
  const details = async (settings: object) => {
    vi.stubGlobal('fetch', async () => Response.json({ ...deployment, ...own, ...settings }))
    return (await cli('status', 'one')).out
  }

  it('shows how many of the wanted replicas serve it, as the list does', async () => {
    const one = { ...deployment, ...own, readyReplicas: 1, wantedReplicas: 3 }
    expect(await details(one)).toMatch(/^one {2}READY .* {2}version 3 {2}replicas 1\/3\n/)
    const items = [one, { ...one, name: 'two', min: 0 }]
    vi.stubGlobal('fetch', async (url: string) =>
      Response.json(url.includes('/deployments?') ? { items } : { items: [], scopes: [] }),
    )
    expect((await cli('status')).out).toMatch(/^one .* 1\/3\ntwo .* 1, on demand$/m)
  })

  it('is suggested by slipway deploy while only some replicas are ready', async () => {
    vi.stubGlobal('fetch', async () =>
      Response.json({ ...deployment, ...own, task: 'fill-mask', readyReplicas: 1, wantedReplicas: 3 }),
    )
    expect((await cli('deploy', 'acme/one')).err).toContain('1 of 3 replicas serve it so far: slipway status one\n')
  })

  it('shows the full address of the deployment', async () => {
    expect(await details({})).toMatch(/^one {2}READY {2}http:\/\/127\.0\.0\.1:8000\/api\/v1\/predict\/one {2}/)
    expect(await details({ url: 'https://infer.example/api/v1/predict/one' })).toContain('  https://infer.example/api')
    expect(await details({ url: undefined, pool: 'gpu' })).toContain(
      '  no replica of the pool "gpu" is running  version 3',
    )
  })

  it('shows its settings', async () => {
    const settings = { pool: 'gpu', min: 0, max: 2, idleSeconds: 60, isolate: 'never', stickyBy: 'caller' }
    expect(await details({ ...settings, resultCache: { entries: 10 } })).toContain(
      'owner acme, pool gpu, min 0, max 2, idle 60 s, isolate never, sticky by caller, cache of 10 answers\n',
    )
    const canary = { maxErrorRate: 0.05, maxLatencyRatio: 2, minRequests: 20, windowSeconds: 60 }
    expect(await details({ canary })).toContain(
      "canary: at most 5 % more errors, a p95 at most 2 times the first target's; by 20 requests or more within 60 s\n",
    )
  })
})

describe('slipway status with several pages of deployments', () => {
  const named = (name: string) => ({
    ...deployment,
    name,
    target: 'acme/one@main',
    task: 'tensors',
    replicas: [],
    drift: [],
  })
  const pages: Record<string, object> = {
    '/api/v1/deployments?limit=100': { items: [named('first')], cursor: 'next' },
    '/api/v1/deployments?limit=100&cursor=next': { items: [named('second')] },
  }

  beforeEach(() => {
    vi.stubGlobal('fetch', async (url: string) => {
      const page = pages[url.replace('http://127.0.0.1:8000', '')]
      return Response.json(page ?? { items: [], scopes: [] })
    })
  })

  it('shows all of them', async () => {
    expect((await cli('status')).out).toMatch(/^first .*\nsecond /m)
    const { deployments } = JSON.parse((await cli('status', '--json')).out)
    expect(deployments.map(({ name }: { name: string }) => name)).toEqual(['first', 'second'])
  })
})

describe('slipway resume', () => {
  const states = (...told: string[]) =>
    vi.stubGlobal('fetch', async () => Response.json({ ...deployment, state: told.shift(), reason: 'no memory' }))

  it('waits until the deployment is ready, and shows its progress', async () => {
    states('PENDING', 'LOADING', 'READY')
    expect(await cli('resume', 'one')).toEqual({ code: 0, out: 'one  READY\n', err: 'one: pending\none: loading\n' })
  })

  it('fails if the deployment cannot be served', async () => {
    states('PENDING', 'FAILED')
    expect(await cli('resume', 'one')).toMatchObject({ code: 1, err: expect.stringContaining('no memory') })
  })

  it('gives up after ten minutes, and says that it still loads', async () => {
    vi.stubGlobal('fetch', async () => Response.json({ ...deployment, state: 'LOADING' }))
    const { code, err } = await cli('resume', 'one')
    expect(code).toBe(1)
    expect(err).toContain('"one" is still loading after 10 minutes')
  })

  it('does not wait with --detach', async () => {
    states('PENDING')
    expect(await cli('resume', 'one', '--detach')).toMatchObject({ code: 0, out: 'one  PENDING\n' })
  })
})
