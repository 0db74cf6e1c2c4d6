import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOfImport } from '../../../functions/ingest/steps/end-import.ts'
import { getImport } from '../../../shared/table/imports.ts'
import { type Answer, type CountedHost, startCountedHost } from './support/counted-host.ts'

let host: CountedHost
beforeAll(async () => {
  host = await startCountedHost({ quotas: { imports: 2 } })
})
afterAll(() => host.close())

const quotaIn = ({ body }: Answer, owner: string, name: string) =>
  body.items
    .find((item: { owner: string }) => item.owner === owner)
    ?.quotas.find((quota: { name: string }) => quota.name === name)

describe('GET /api/v1/usage', () => {
  it('returns use and limits, with an explanation, for each owner of the user', async () => {
    const { token } = await host.person('ada')
    await host.ask('/api/v1/owners', { json: { name: 'acme' }, token })
    await host.ask('/api/v1/imports', { json: { source: 'hf://x/y', repo: 'acme/y' }, token })
    const answer = await host.ask('/api/v1/usage', { token })
    expect(answer.body.items.map(({ owner }: { owner: string }) => owner).toSorted()).toEqual(['acme', 'ada'])
    expect(quotaIn(answer, 'acme', 'imports')).toMatchObject({ used: 1, limit: 2, isOwn: false })
    expect(quotaIn(answer, 'acme', 'storedBytes').about).toContain('counts once')
    expect(quotaIn(answer, 'acme', 'requestsPerMinute')).not.toHaveProperty('limit')
  })

  it('returns other owners to platform admins only', async () => {
    const { token } = await host.person('bob')
    expect((await host.ask('/api/v1/usage?owner=acme', { token })).status).toBe(404)
    expect((await host.ask('/api/v1/usage?owner=nobody', { token })).status).toBe(404)
    expect((await host.asAdmin('/api/v1/usage?owner=acme')).status).toBe(200)
    expect((await host.ask('/api/v1/usage')).status).toBe(401)
  })

  const everyUsed = async () => {
    const names: string[] = []
    let cursor = ''
    do {
      const { body } = await host.asAdmin(`/api/v1/usage?limit=2${cursor}`)
      names.push(...body.items.map(({ owner }: { owner: string }) => owner))
      cursor = body.cursor === undefined ? '' : `&cursor=${body.cursor}`
    } while (cursor !== '')
    return names
  }

  it('returns every owner with any use to platform admins, including owners that an import created', async () => {
    await host.asAdmin('/api/v1/imports', { json: { source: 'hf://newcomers/y' } })
    const names = await everyUsed()
    expect(names).toEqual([...new Set(names)])
    expect(names[0]).toBe('admin')
    expect(names).toContain('newcomers')
    expect(names).not.toContain('ada')
    const { body } = await host.asAdmin('/api/v1/owners?limit=100')
    const owners = body.items.map(({ name }: { name: string }) => name)
    expect(owners.filter((name: string) => names.includes(name))).toEqual(names)
    expect(body.items).toContainEqual({ name: 'newcomers', kind: 'organisation', role: 'admin' })
    const one = await host.asAdmin('/api/v1/owners?limit=1')
    expect(one.body.items).toHaveLength(1)
    const next = await host.asAdmin(`/api/v1/owners?limit=1&cursor=${one.body.cursor}`)
    expect(next.body.items.map(({ name }: { name: string }) => name)).toEqual([owners[1]])
  })

  it('leaves out an owner that only a failed pull created, until it has something or a limit of its own', async () => {
    const { body } = await host.asAdmin('/api/v1/imports', { json: { source: 'hf://mistyped/y' } })
    expect(await everyUsed()).toContain('mistyped')
    const item = await getImport(host.table, body.id)
    if (item === undefined) throw new Error('the import is gone')
    const failure = { code: 'source_not_found', message: 'there is none' }
    await host.table.transact(endOfImport({ item, from: 'PENDING', state: 'FAILED', failure, now: host.now() }))
    expect(await everyUsed()).not.toContain('mistyped')
    expect((await host.asAdmin('/api/v1/usage?owner=mistyped')).body.items).toMatchObject([{ owner: 'mistyped' }])
    await host.asAdmin('/api/v1/owners/mistyped/quotas', { method: 'PUT', json: { repos: 5 } })
    expect(await everyUsed()).toContain('mistyped')
  })

  it('returns only its owner to a key limited to one owner', async () => {
    const { token } = await host.person('cleo')
    await host.ask('/api/v1/owners', { json: { name: 'crew' }, token })
    const key = await host.ask('/api/v1/keys', {
      json: { name: 'k', scopes: ['read'], limit: 'crew' },
      token,
    })
    const answer = await host.ask('/api/v1/usage', { token: key.body.token })
    expect(answer.body.items.map(({ owner }: { owner: string }) => owner)).toEqual(['crew'])
  })
})

describe('the limits of an owner', () => {
  it('are set by platform admins only', async () => {
    const { token } = await host.person('dan')
    await host.ask('/api/v1/owners', { json: { name: 'dans' }, token })
    const set = (json: unknown, by = token) =>
      host.ask('/api/v1/owners/dans/quotas', { method: 'PUT', json, token: by })
    expect((await set({ repos: 5 })).status).toBe(403)
    const answer = await host.asAdmin('/api/v1/owners/dans/quotas', { method: 'PUT', json: { repos: 5, imports: 0 } })
    expect(answer.status).toBe(200)
    const mine = await host.ask('/api/v1/usage', { token })
    expect(quotaIn(mine, 'dans', 'repos')).toMatchObject({ limit: 5, isOwn: true })
    const refused = await host.ask('/api/v1/imports', { json: { source: 'hf://x/y', repo: 'dans/y' }, token })
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { code: 'quota_exceeded', quota: 'imports', limit: 0, used: 0 } },
    })
    expect(refused.body.error.message).toContain('"imports" is 0, of which 0 is used')
  })

  it.each([{}, { repos: -1 }, { repos: 1.5 }, { repos: '5' }, { other: 1 }, { requestsPerMinute: 0 }])(
    'are refused: %j',
    async (json) => {
      expect((await host.asAdmin('/api/v1/owners/dans/quotas', { method: 'PUT', json })).status).toBe(400)
    },
  )

  it('cannot be set for an owner that does not exist', async () => {
    expect((await host.asAdmin('/api/v1/owners/nobody/quotas', { method: 'PUT', json: { repos: 1 } })).status).toBe(404)
  })
})

describe('a response of the API', () => {
  it('is not sent again to a client that has it, and must not be cached by proxies', async () => {
    const { token } = await host.person('eve')
    const first = await host.ask('/api/v1/usage', { token })
    const tag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    const again = await host.ask('/api/v1/usage', { token, headers: { 'if-none-match': `"other", ${tag}` } })
    expect(again).toMatchObject({ status: 304, body: '' })
    expect(again.headers.get('x-request-id')).toBeTruthy()
    await host.ask('/api/v1/imports', { json: { source: 'hf://x/y', repo: 'eve/y' }, token })
    expect((await host.ask('/api/v1/usage', { token, headers: { 'if-none-match': tag } })).status).toBe(200)
  })

  it('about an import is 304 after one read until the import changes, and 401 for a stranger with its ETag', async () => {
    const { token } = await host.person('fay')
    const { body } = await host.ask('/api/v1/imports', { json: { source: 'hf://x/y', repo: 'fay/y' }, token })
    const path = `/api/v1/imports/${body.id}`
    const tag = (await host.ask(path, { token })).headers.get('etag') ?? ''
    let reads = 0
    const counting = host.connect((table) => ({
      ...table,
      get: (key, options) => {
        if (key.pk.startsWith('IMPORT#')) reads++
        return table.get(key, options)
      },
    }))
    expect((await counting(path, { token, headers: { 'if-none-match': tag } })).status).toBe(304)
    expect(reads).toBe(1)
    expect((await counting(path, { headers: { 'if-none-match': tag } })).status).toBe(401)
    await host.table.update(
      { pk: `IMPORT#${body.id}`, sk: 'IMPORT' },
      { expression: 'SET bytesDone = :n', values: { ':n': 5 } },
    )
    expect((await counting(path, { token, headers: { 'if-none-match': tag } })).status).toBe(200)
  })
})
