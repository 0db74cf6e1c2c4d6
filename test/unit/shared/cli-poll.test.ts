import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../../../shared/client/api-error.ts'
import { poll } from '../../../shared/client/poll.ts'
import { createProgress } from '../../../shared/client/terminal.ts'
import { cli } from './support/run-cli.ts'

const refusal = (status: number, retryAfter?: string) =>
  Response.json(
    { error: { code: 'busy', message: 'Not now.' } },
    { status, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } },
  )
const cutOff = () => new Response(new ReadableStream({ pull: (body) => body.error(new Error('socket closed')) }))
const at = '2026-11-20T12:00:00.000Z'
const commands = {
  pull: {
    parameters: ['pull', 'acme/one'],
    underWay: { id: 'imp_1', repo: 'acme/one', state: 'TRANSFERRING', bytesTotal: 5, bytesDone: 1, bytesHeld: 0 },
    over: { id: 'imp_1', repo: 'acme/one', state: 'READY', filesTotal: 1, bytesTotal: 5, bytesDone: 5, bytesHeld: 0 },
  },
  deploy: {
    parameters: ['deploy', 'acme/one'],
    underWay: { name: 'one', state: 'LOADING', targets: [], url: '/api/v1/predict/one', task: 'fill-mask' },
    over: { name: 'one', state: 'READY', targets: [], url: '/api/v1/predict/one', task: 'fill-mask' },
  },
  gc: {
    parameters: ['gc'],
    underWay: { id: 'mnt_1', kind: 'gc', state: 'RUNNING', progress: { phase: 'mark', phasesDone: 0, phasesTotal: 2 } },
    over: { id: 'mnt_1', kind: 'gc', state: 'DONE', progress: {}, counts: {}, createdAt: at },
  },
}
const kinds = Object.keys(commands) as (keyof typeof commands)[]

afterEach(() => vi.unstubAllGlobals())

describe.each(kinds)('slipway %s', (kind) => {
  const { parameters, underWay, over } = commands[kind]

  /** Answers the first request with the work under way, then each poll with the next of the given answers. */
  const looks = (...answers: (() => Response)[]) => {
    const left = [() => Response.json(underWay), ...answers]
    vi.stubGlobal('fetch', async () => left.shift()?.() ?? Response.json(over))
  }

  it('survives a rate limit, a proxy error and a lost connection, and reports each', async () => {
    looks(
      () => refusal(429, '1'),
      () => new Response('<html>', { status: 502 }),
      cutOff,
    )
    const { code, err } = await cli(...parameters)
    expect(code).toBe(0)
    expect(err).toContain('the server answered 429 (busy); asking again in 1 s\n')
    expect(err).toMatch(/the server answered 502; asking again in [12] s\n/)
    expect(err).toMatch(/the server does not answer; asking again in \d s\n/)
  })

  it('ends with any other failure, and says that the work continues on the server', async () => {
    looks(() => refusal(403))
    const { code, err } = await cli(...parameters)
    expect(code).toBe(1)
    expect(err).toMatch(/continues on the server/)
    expect(err).toContain('Not now.')
  })
})

describe('polling', () => {
  /** Polls on virtual time until the work is over or polling gives up. */
  async function looking(fail: (nowMs: number) => { status: number; retryAfterSeconds?: number } | undefined) {
    let nowMs = 0
    const lookedAt: number[] = []
    const wait = async (ms: number) => {
      nowMs += ms
    }
    const clock = { now: () => nowMs, wait }
    const terminal = { out: () => {}, err: () => {}, isTty: false, input: (async function* () {})(), clock }
    const ended = poll({
      first: false,
      isOver: (isOver) => isOver,
      async look() {
        lookedAt.push(nowMs)
        const failure = fail(nowMs)
        if (failure === undefined) return nowMs > 3_600_000
        throw new ApiError({ code: 'busy', message: 'Not now.', ...failure })
      },
      show: () => {},
      goesOn: '',
      everyMs: 500,
      progress: createProgress(terminal),
    })
    const error = await ended.then(
      () => undefined,
      (thrown) => thrown,
    )
    return { error, lookedAt, endedMs: nowMs }
  }
  const gaps = (times: readonly number[]) => times.slice(1).map((time, n) => time - (times[n] ?? 0))

  it.each([0, 429, 502, 503, 504])('continues after a temporary failure: status %i', async (status) => {
    let isOver = false
    const { error } = await looking(() => {
      if (isOver) return undefined
      isOver = true
      return { status }
    })
    expect(error).toBeUndefined()
  })

  it.each([401, 404, 500])('ends with a permanent failure: status %i', async (status) => {
    expect(await looking(() => ({ status }))).toMatchObject({ error: { status }, lookedAt: [500] })
  })

  it('waits as long as the server asks', async () => {
    let isRefused = false
    const { lookedAt, error } = await looking((nowMs) => {
      if (isRefused || nowMs < 5000) return undefined
      isRefused = true
      return { status: 429, retryAfterSeconds: 60 }
    })
    expect(error).toBeUndefined()
    expect(Math.max(...gaps(lookedAt))).toBe(60_000)
  })

  it('backs off while the server is away, and gives up after two minutes', async () => {
    const { lookedAt, error, endedMs } = await looking(() => ({ status: 503 }))
    expect(error).toMatchObject({ status: 503 })
    expect(gaps(lookedAt).slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 10_000])
    expect(endedMs).toBeLessThanOrEqual(120_500)
    expect(endedMs).toBeGreaterThan(100_000)
  })

  it('gives up at once if the server asks to wait longer than that', async () => {
    const { lookedAt, error } = await looking(() => ({ status: 429, retryAfterSeconds: 3600 }))
    expect(error).toMatchObject({ status: 429 })
    expect(lookedAt).toHaveLength(1)
  })

  it('takes fewer than two thousand requests in an hour', async () => {
    const { lookedAt, error } = await looking(() => undefined)
    expect(error).toBeUndefined()
    expect(lookedAt.length).toBeLessThan(2000)
    expect(gaps(lookedAt)[0]).toBe(500)
  })
})

it('slipway fsck keeps its findings if a rate limit delays their list', async () => {
  const job = { id: 'job_1', kind: 'fsck', state: 'DONE', counts: { checked: 3 } }
  const answers = [() => Response.json(job), () => refusal(429, '1'), () => Response.json({ items: [] })]
  vi.stubGlobal('fetch', async () => answers.shift()?.())
  const { code, out, err } = await cli('fsck')
  expect({ code, out }).toEqual({ code: 0, out: '3 things checked, no discrepancies\n' })
  expect(err).toBe('the server answered 429 (busy); asking again in 1 s\n')
})
