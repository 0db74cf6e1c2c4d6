import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cli } from './support/run-cli.ts'

const run = promisify(execFile)
const deployment = {
  name: 'one',
  url: '/api/v1/predict/one',
  repo: 'acme/one',
  revision: 'a'.repeat(40),
  file: 'model.onnx',
  state: 'READY',
  targets: [],
}
const inputs = [{ name: 'pixels', shape: ['batch', 3] }]

let asked: { url: string; type: string | null; body: unknown }[]
let task: string
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', async (url: string, { headers, body }: RequestInit) => {
    asked.push({ url, type: new Headers(headers).get('content-type'), body })
    if (url.includes('/revisions/')) return Response.json({ metadata: { onnx: [{ path: 'model.onnx', inputs }] } })
    return Response.json({ ...deployment, task })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('slipway deploy', () => {
  it.each([
    ['feature-extraction', `'"some text"'`],
    ['image-classification', '@photo.jpg'],
    ['question-answering', `'{"inputs": {"question": "Who is here?", "context": "Only Ada is here."}}'`],
    ['tabular-regression', `'[[0,0,0]]'`],
    ['tensors', `'{"pixels":[[0,0,0]]}'`],
  ])('names an input next that fits %s', async (of, example) => {
    task = of
    expect((await cli('deploy', 'acme/one')).err).toBe(`next: slipway predict one ${example}\n`)
  })

  it.each([
    ['zero-shot-image-classification', (body: { inputs: string }) => body.inputs],
    ['image-text-classification', (body: { inputs: { image: string } }) => body.inputs.image],
  ])('names a line next for %s that a shell reads the picture for', async (of, pictureOf) => {
    task = of
    const [, piped = ''] = (await cli('deploy', 'acme/one')).err.match(/predict one - (.*)\n/) ?? []
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const picture = Buffer.alloc(200_000, 'a picture')
    await writeFile(join(folder, 'photo.jpg'), picture)
    const { stdout } = await run('bash', ['-c', `cat ${piped}`], { cwd: folder, maxBuffer: 2 ** 20 })
    expect(Buffer.from(pictureOf(JSON.parse(stdout)), 'base64')).toEqual(picture)
    await rm(folder, { recursive: true })
  })

  it('asks for replicas and limits in the words of the API', async () => {
    const options = ['--min', '1', '--max', '2', '--concurrency', '8', '--requests-per-second', '2.5']
    expect((await cli('deploy', 'acme/one', ...options)).code).toBe(0)
    const limits = { concurrency: 8, requestsPerSecond: 2.5 }
    expect(JSON.parse(String(asked[0]?.body))).toEqual({ target: 'acme/one', min: 1, max: 2, limits })
  })

  it.each([
    [['a/b', 'a/c', '--weight', '50', '--weight', '-5'], '--weight takes a number of 0 or more, not "-5"'],
    [['--name', 'one', '--update', '--weight', '5'], 'name every target, and then as many of --weight'],
  ])('says of %j what is wrong with the weight', async (parameters, message) => {
    expect(await cli('deploy', ...parameters)).toMatchObject({ code: 2, err: expect.stringContaining(message) })
    expect(asked).toEqual([])
  })
})

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

  it.each([[['one']], [[]]])('says every limit that is set, of %j', async (named) => {
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
  it('says how many replicas serve it, of how many that are to, as the list does', async () => {
    const one = { ...deployment, ...own, readyReplicas: 1, wantedReplicas: 3 }
    expect(await details(one)).toMatch(/^one {2}READY .* {2}version 3 {2}replicas 1\/3\n/)
    const items = [one, { ...one, name: 'two', min: 0 }]
    vi.stubGlobal('fetch', async (url: string) =>
      Response.json(url.includes('/deployments?') ? { items } : { items: [], scopes: [] }),
    )
    expect((await cli('status')).out).toMatch(/^one .* 1\/3\ntwo .* 1, on demand$/m)
  })

  it('is where slipway deploy sends who was told of the first replica alone', async () => {
    vi.stubGlobal('fetch', async () =>
      Response.json({ ...deployment, ...own, task: 'fill-mask', readyReplicas: 1, wantedReplicas: 3 }),
    )
    expect((await cli('deploy', 'acme/one')).err).toContain('1 of 3 replicas serve it so far: slipway status one\n')
  })

  const own = { target: 'acme/one@main', task: 'tensors', version: 3, replicas: [], drift: [], owner: 'acme' }
  const details = async (settings: object) => {
    vi.stubGlobal('fetch', async () => Response.json({ ...deployment, ...own, ...settings }))
    return (await cli('status', 'one')).out
  }

  it('says the whole address that is asked', async () => {
    expect(await details({})).toMatch(/^one {2}READY {2}http:\/\/127\.0\.0\.1:8000\/api\/v1\/predict\/one {2}/)
    expect(await details({ url: 'https://infer.example/api/v1/predict/one' })).toContain('  https://infer.example/api')
    expect(await details({ url: undefined, pool: 'gpu' })).toContain('  no replica of the pool "gpu" runs  version 3')
  })

  it('says how it is served', async () => {
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

describe('slipway status of more deployments than one page holds', () => {
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

describe('slipway predict', () => {
  it.each([
    ['[[1]]', { inputs: [[1]] }],
    ['{"question": "q", "context": "c"}', { inputs: { question: 'q', context: 'c' } }],
    ['{"inputs": "a", "parameters": {"top_k": 1}}', { inputs: 'a', parameters: { top_k: 1 } }],
  ])('sends %s', async (given, body) => {
    expect((await cli('predict', 'one', given)).code).toBe(0)
    expect(asked[1]?.type).toBe('application/json')
    expect(JSON.parse(String(asked[1]?.body))).toEqual(body)
  })

  it("sends a file's bytes as they are, and says which file cannot be read", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-'))
    const path = join(folder, 'photo.jpg')
    await writeFile(path, new Uint8Array([255, 216, 255, 0]))
    expect((await cli('predict', 'one', `@${path}`)).code).toBe(0)
    expect(asked[1]).toMatchObject({ type: 'application/octet-stream', body: new Uint8Array([255, 216, 255, 0]) })
    expect(await cli('predict', 'one', `@${path}x`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('photo.jpgx'),
    })
    await rm(folder, { recursive: true })
  })
})

describe('slipway resume', () => {
  const states = (...told: string[]) =>
    vi.stubGlobal('fetch', async () => Response.json({ ...deployment, state: told.shift(), reason: 'no memory' }))

  it('waits until it is ready, and shows how far it is', async () => {
    states('PENDING', 'LOADING', 'READY')
    expect(await cli('resume', 'one')).toEqual({ code: 0, out: 'one  READY\n', err: 'one: pending\none: loading\n' })
  })

  it('fails where it cannot be served', async () => {
    states('PENDING', 'FAILED')
    expect(await cli('resume', 'one')).toMatchObject({ code: 1, err: expect.stringContaining('no memory') })
  })

  it('does not wait with --detach', async () => {
    states('PENDING')
    expect(await cli('resume', 'one', '--detach')).toMatchObject({ code: 0, out: 'one  PENDING\n' })
  })
})
