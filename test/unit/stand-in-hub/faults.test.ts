import { modelInfo } from '@huggingface/hub'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../support/hub/files.ts'
import type { Hub } from '../../support/hub/start-hub.ts'
import { answerOf, config, repo, resolveUrl, start, weights } from './stand-in.ts'

describe('the faults of the stand-in Hub', () => {
  const whole = (hub: Hub) => fetch(resolveUrl(hub, weights.path)).then((response) => response.arrayBuffer())

  it('answer with a status as often as asked and only where they match', async () => {
    const hub = await start()
    hub.faults.push({ match: /config/, where: 'resolve', times: 1, kind: 'status', status: 429, retryAfterSeconds: 3 })
    expect(await answerOf(resolveUrl(hub, 'empty.txt'))).toEqual([200, null])
    const limited = await fetch(resolveUrl(hub, 'config.json'))
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
    expect(await answerOf(resolveUrl(hub, 'config.json'))).toEqual([200, null])
  })

  it('cut a connection in the middle and at the start', async () => {
    const hub = await start({ faults: [{ where: 'storage', times: 1, kind: 'cut', afterBytes: 100_000 }] })
    await expect(whole(hub)).rejects.toThrow('terminated')
    expect(await hub.requests.at(-1)?.finished).toBe(false)
    hub.faults.push({ kind: 'cut' })
    await expect(whole(hub)).rejects.toThrow('fetch failed')
  })

  it('flip a byte, end early, or send too much', async () => {
    const hub = await start()
    const good = await bytesOf(weights)
    const under = async (fault: Hub['faults'][number]) => {
      hub.faults.splice(0, 1, { where: 'storage', ...fault })
      return Buffer.from(await whole(hub))
    }
    const wrong = await under({ kind: 'wrong-bytes' })
    expect([wrong.length, wrong.equals(good), wrong.subarray(1).equals(good.subarray(1))]).toEqual([
      300_000,
      false,
      true,
    ])
    expect(await under({ kind: 'short', missingBytes: 10 })).toHaveLength(299_990)
    expect(await under({ kind: 'long', extraBytes: 10 })).toHaveLength(300_010)
  })

  it('hang until the client gives up', async () => {
    const hub = await start({ faults: [{ where: 'storage', kind: 'hang', afterBytes: 1000 }] })
    const controller = new AbortController()
    const response = await fetch(resolveUrl(hub, weights.path), { signal: controller.signal })
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value).toHaveLength(1000)
    controller.abort()
    expect(await hub.requests.at(-1)?.finished).toBe(false)
  })

  it('send as slowly as asked', async () => {
    const hub = await start({ faults: [{ kind: 'slow', bytesPerSecond: 200 }] })
    const before = performance.now()
    expect(await (await fetch(resolveUrl(hub, 'config.json'))).text()).toBe(config)
    expect(performance.now() - before).toBeGreaterThan(90)
  })

  it('move the branch between two requests', async () => {
    const hub = await start({ faults: [{ match: /revision/, times: 1, kind: 'moved-commit' }] })
    const before = hub.commitOf(repo)
    const info = await modelInfo({ name: repo, hubUrl: hub.url, additionalFields: ['sha'] })
    expect(info.sha).toBe(before)
    expect(hub.commitOf(repo)).not.toBe(before)
  })

  it('change the content of an answer', async () => {
    const hub = await start()
    const under = async (fault: Hub['faults'][number]) => {
      hub.faults.splice(0, 1, { match: /tree/, ...fault })
      return fetch(`${hub.url}/api/models/${repo}/tree/main`, { redirect: 'manual' })
    }
    expect(await (await under({ kind: 'html' })).text()).toContain('<!doctype html>')
    expect(await (await under({ kind: 'hostile-path', path: '../../evil' })).text()).toContain('../../evil')
    expect(await (await under({ kind: 'edit-json', edit: () => [] })).json()).toEqual([])
    expect((await under({ kind: 'redirect', location: 'http://x.test/' })).headers.get('location')).toBe(
      'http://x.test/',
    )
    expect((await under({ kind: 'headers', headers: { Link: 'x' } })).headers.get('link')).toBe('x')
  })

  it('ignore a range', async () => {
    const hub = await start({ faults: [{ kind: 'ignore-range' }] })
    const response = await fetch(resolveUrl(hub, 'config.json'), { headers: { range: 'bytes=0-1' } })
    expect([response.status, await response.text()]).toEqual([200, config])
  })
})
