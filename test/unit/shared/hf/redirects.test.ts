import { describe, expect, it } from 'vitest'
import { createHfSource } from '../../../../shared/hf/hf.ts'
import { SourceError } from '../../../../shared/hf/source.ts'
import { repo, token } from './hub-files.ts'
import { failureOf, listed, pinned, read, readFailure, startWith } from './hub-source.ts'

describe('the token for a Hub', () => {
  it('is not sent to where the Hub redirects', async () => {
    const hub = await startWith({ token })
    await read(hub, pinned(hub))
    expect(hub.requests.map(({ where, hasAuthorization }) => [where, hasAuthorization])).toEqual([
      ['resolve', true],
      ['storage', false],
    ])
  })

  it('is sent along a redirect within the Hub, and not after one that left it', async () => {
    const hub = await startWith({ token, redirectsSmallFiles: true })
    const config = await listed(hub, 'config.json')
    hub.requests.length = 0
    expect(await read(hub, { ...config, start: 2, end: 6 })).toEqual(Buffer.from('model'))
    expect(hub.requests.map(({ hasAuthorization }) => hasAuthorization)).toEqual([true, true])

    hub.faults.push({
      where: 'storage',
      times: 1,
      kind: 'redirect',
      location: `${hub.url}/${repo}/resolve/main/config.json`,
    })
    expect(await readFailure(hub)).toMatchObject({ code: 'source_unreachable' })
    expect(hub.requests.at(-1)).toMatchObject({ where: 'resolve', hasAuthorization: false })
  })

  it('is refused if no header can hold it, and not quoted', () => {
    const make = () => createHfSource({ endpoint: 'https://hub.test', repo, ref: 'main', token: 'hf_secret\n' })
    expect(make).toThrow(SourceError)
    expect(make).not.toThrow(/hf_secret/)
  })
})

describe('a redirect of a Hub', () => {
  it('is given up in a loop', async () => {
    const hub = await startWith({ token })
    hub.faults.push({ where: 'resolve', kind: 'redirect', location: '?again' })
    expect((await readFailure(hub)).message).toContain('more than 5 times')
    expect(hub.requests).toHaveLength(6)
  })

  it.each([
    ['from https to http', 'http://storage.test/x?Signature=1'],
    ['to a file', 'file:///etc/passwd?Signature=1'],
    ['with a password', 'https://user:Signature@storage.test/x'],
    ['nowhere', 'https://?Signature'],
  ])('is refused %s, and not quoted', async (_name, location) => {
    const asked: string[] = []
    const source = createHfSource({
      endpoint: 'https://hub.test',
      repo,
      ref: 'main',
      fetch: async (url) => {
        asked.push(String(url))
        return new Response(null, { status: 302, headers: { location } })
      },
    })
    const request = { file: { path: 'x.onnx', sizeBytes: 4 }, revision: 'a'.repeat(40), start: 0, end: 3 }
    expect(await failureOf(source.open(request))).toMatchObject({ code: 'source_protocol', retryable: false })
    expect(asked).toHaveLength(1)
  })
})
