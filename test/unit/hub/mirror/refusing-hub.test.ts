import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { code, files, held, host, hub, info, repo, resolve, small, start, useFarHub } from './far-hub.ts'
import { startMirror } from './support.ts'

useFarHub()

describe('an upstream Hub that refuses', () => {
  it('is asked for a missing repo again only after a minute', async () => {
    await start()
    const none = '/api/models/far/none'
    for (const path of [none, `${none}/tree/main`, '/far/none/resolve/main/x.txt']) {
      const answer = await host.ask(path, { as: 'member' })
      expect([answer.status, code(answer)], path).toEqual([404, 'RepoNotFound'])
    }
    const missing = await host.ask(`${info}/revision/none`, { as: 'member' })
    expect([missing.status, code(missing)]).toEqual([404, 'RevisionNotFound'])
    const before = hub.requests.length
    expect(before).toBe(2)
    host.clock.nowMs += 59_000
    await host.ask(none, { as: 'member' })
    expect(hub.requests).toHaveLength(before)
    host.clock.nowMs += 2000
    await host.ask(none, { as: 'member' })
    expect(hub.requests).toHaveLength(before + 1)
  })

  it('has missing files answered with the header that clients cache', async () => {
    await start()
    const answer = await host.ask(resolve('none.json'), { as: 'member', method: 'HEAD' })
    expect([answer.status, code(answer), answer.headers.get('x-repo-commit')]).toEqual([
      404,
      'EntryNotFound',
      hub.commitOf(repo),
    ])
  })

  it('is reported as gated if it does not admit this mirror', async () => {
    await start({ repos: { [repo]: { files, gated: true } } })
    for (const method of ['HEAD', 'GET']) {
      const answer = await host.ask(resolve(small.path), { as: 'insider', method })
      expect([answer.status, code(answer)]).toEqual([403, 'GatedRepo'])
    }
    expect(host.sent).toEqual([])
  })

  it('is not asked again before its Retry-After', async () => {
    await start({ faults: [{ kind: 'status', status: 429, retryAfterSeconds: 40, times: 1 }] })
    const answer = await host.ask(info, { as: 'member' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '40'])
    host.clock.nowMs += 30_000
    const again = await host.ask('/api/models/far/other', { as: 'member' })
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '10'])
    expect(hub.requests).toHaveLength(1)
    host.clock.nowMs += 11_000
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
  })

  it('does not make a repo seem missing: an outage is 504, and it is not asked again at once', async () => {
    await start({ faults: [{ kind: 'status', status: 502 }] })
    for (const path of [info, resolve(small.path), `${info}/tree/main`, info]) {
      const answer = await host.ask(path, { as: 'member' })
      expect([answer.status, code(answer)], path).toEqual([504, null])
    }
    expect(hub.requests).toHaveLength(2)
    hub.faults.length = 0
    host.clock.nowMs += 11_000
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
  })

  it.each([
    ['answers with an unexpected status', { kind: 'status', status: 400 }],
    ['answers with a web page', { kind: 'html' }],
    ['redirects in a loop', { kind: 'redirect', location: '/far/odd' }],
  ] as const)('is still asked for other repos if it %s for one', async (_, fault) => {
    const odd = 'far/odd'
    await start({ repos: { [repo]: { files }, [odd]: { files } }, faults: [{ ...fault, match: /far\/odd/ }] })
    for (let times = 0; times < 4; times++) {
      const answer = await host.ask(`/api/models/${odd}`, { as: 'member' })
      expect([answer.status, code(answer)]).toEqual([502, null])
      expect(await answer.text()).toContain(new URL(hub.url).host)
    }
    const asked = hub.requests.filter(({ path }) => path.includes('odd')).length
    await host.ask(`/api/models/${odd}`, { as: 'member' })
    expect(hub.requests.filter(({ path }) => path.includes('odd'))).toHaveLength(asked)
    expect((await host.ask(info, { as: 'member' })).status).toBe(200)
    expect(host.said()).not.toContain('"level":"error"')
  })

  it('has to answer a HEAD within a second', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    await using slow = await startMirror({ table: held.table, settings: { endpoint } })
    const asked = once(silent, 'request')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const answering = slow.ask(resolve(small.path), { as: 'member', method: 'HEAD' })
    await asked
    await vi.advanceTimersByTimeAsync(999)
    const answer = await answering
    expect([answer.status, code(answer)]).toEqual([504, null])
    silent.closeAllConnections()
    silent.close()
  })
})
