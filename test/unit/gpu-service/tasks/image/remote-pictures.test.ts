import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRemotePictures, type Network } from '../../../../../gpu-service/tasks/image/remote-pictures.ts'

describe('a picture given by URL', () => {
  /** The host of the pictures; each path behaves in its own way. */
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', host: request.headers.host ?? '', headers: Object.keys(request.headers) })
    if (request.url === '/good') response.end('picture')
    else if (request.url === '/moved') response.writeHead(302, { location: '/good' }).end()
    else if (request.url === '/inward') response.writeHead(302, { location: 'https://inside.test/good' }).end()
    else if (request.url === '/plain') response.writeHead(302, { location: 'http://pictures.test/good' }).end()
    else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end()
    else if (request.url === '/large') sendEndlessly(response)
    else if (request.url === '/broken') response.writeHead(200, { 'content-length': '100' }).end('half')
    else if (request.url !== '/silent') response.writeHead(404).end()
  })
  const seen: { path: string; host: string; headers: string[] }[] = []
  const sendEndlessly = (response: NodeJS.WritableStream & { destroyed?: boolean }) => {
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024), () => setImmediate(more))
    }
    more()
  }
  let port = 0

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })

  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const names: Record<string, string[]> = {
    'pictures.test': ['93.184.216.34'],
    'inside.test': ['10.0.0.7'],
    'both.test': ['93.184.216.34', '127.0.0.1'],
  }
  const asked: { host: string; address: string }[] = []

  /** Resolves names as the test says; the server above answers for every address. */
  const network: Network = {
    async resolve(host) {
      return names[host] ?? (/^[\d.]+$|:/.test(host) ? [host] : [])
    },
    get({ url, address, signal }) {
      asked.push({ host: url.host, address })
      return new Promise((resolve, reject) => {
        const headers = { host: url.host }
        const request = httpRequest({ host: '127.0.0.1', port, path: url.pathname, headers, signal, agent: false })
        request.on('error', reject)
        request.on('response', (answer) =>
          resolve({
            status: answer.statusCode ?? 0,
            location: answer.headers.location,
            body: answer,
            cancel: () => void answer.destroy(),
          }),
        )
        request.end()
      })
    },
  }
  const remote = createRemotePictures(network)
  const get = (url: string, signal = new AbortController().signal, tenant = 'one') =>
    remote.fetch({ url, param: 'inputs.url', asker: { signal, tenant } })

  it('is fetched from the checked address, through redirects', async () => {
    asked.length = 0
    for (const path of ['good', 'moved'])
      expect(Buffer.from(await get(`https://pictures.test/${path}`)).toString()).toBe('picture')
    expect(new Set(asked.map(({ address }) => address))).toEqual(new Set(['93.184.216.34']))
  })

  it.each([
    ['http', 'http://pictures.test/good', /only https/],
    ['another scheme', 'file:///etc/passwd', /only https/],
    ['a password', 'https://me:secret@pictures.test/good', /name or password/],
    ['a port', 'https://pictures.test:8443/good', /port/],
    ['no URL', 'https://', /not a URL/],
    ['an unknown name', 'https://nowhere.test/', /has no address/],
    ['this host', 'https://127.0.0.1/', /not on the public internet/],
    ['this host as one number', 'https://2130706433/', /not on the public internet/],
    ['this host in octal', 'https://0177.0.0.1/', /not on the public internet/],
    ['this host in IPv6', 'https://[::1]/', /not on the public internet/],
    ['IPv4 inside of IPv6', 'https://[::ffff:7f00:1]/', /not on the public internet/],
    ['the metadata of the cloud', 'https://169.254.169.254/latest/meta-data/', /not on the public internet/],
    ['a name in the internal network', 'https://inside.test/good', /not on the public internet/],
    ['a name of which one address is internal', 'https://both.test/good', /not on the public internet/],
    ['a redirect into the internal network', 'https://pictures.test/inward', /not on the public internet/],
    ['a redirect to http', 'https://pictures.test/plain', /only https/],
    ['endless redirects', 'https://pictures.test/round', /more than 3/],
    ['an answer that is no picture', 'https://pictures.test/missing', /answered 404/],
    ['an endless picture', 'https://pictures.test/large', /more than 16777216 bytes/],
    ['a picture that breaks off', 'https://pictures.test/broken', /broke off/],
  ])('is refused: %s', async (_name, url, words) => {
    const error = await get(url).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'invalid_input', status: 422, param: 'inputs.url' })
    expect(String(error)).toMatch(words)
  })

  it('is fetched without credentials or cookies', async () => {
    seen.length = 0
    await get('https://pictures.test/good')
    expect(seen[0]?.headers).not.toContain('authorization')
    expect(seen[0]?.headers).not.toContain('cookie')
  })

  it('is given up when its caller leaves', async () => {
    seen.length = 0
    const caller = new AbortController()
    const fetched = get('https://pictures.test/silent', caller.signal).catch((reason: unknown) => reason)
    await expect.poll(() => seen.map(({ path }) => path)).toEqual(['/silent'])
    caller.abort()
    expect(await fetched).toMatchObject({ code: 'client_closed' })
  })

  it('is one of 16 at a time per tenant, more wait, and other tenants are not affected', async () => {
    const caller = new AbortController()
    const leaving = (url: string) => get(url, caller.signal).catch(() => 'left')
    const silent = Array.from({ length: 16 + 64 }, () => leaving('https://pictures.test/silent'))
    await expect(get('https://pictures.test/good')).rejects.toMatchObject({ code: 'overloaded', status: 429 })
    expect(Buffer.from(await get('https://pictures.test/good', undefined, 'two')).toString()).toBe('picture')
    caller.abort()
    expect(await Promise.all(silent)).toEqual(Array(16 + 64).fill('left'))
    expect(Buffer.from(await get('https://pictures.test/good')).toString()).toBe('picture')
  })

  it('is fetched for each of the most pictures that a request may have', async () => {
    const all = await Promise.all(Array.from({ length: 64 }, () => get('https://pictures.test/good')))
    expect(all.map((bytes) => Buffer.from(bytes).toString())).toEqual(Array(64).fill('picture'))
  })

  it('is refused if several tenants fill all slots with silent hosts', async () => {
    const caller = new AbortController()
    const silent = ['a', 'b', 'c', 'd'].flatMap((tenant) =>
      Array.from({ length: 16 }, () => get('https://pictures.test/silent', caller.signal, tenant).catch(() => 'left')),
    )
    await expect(get('https://pictures.test/good')).rejects.toMatchObject({ code: 'overloaded' })
    caller.abort()
    await Promise.all(silent)
    expect(Buffer.from(await get('https://pictures.test/good')).toString()).toBe('picture')
  })
})
