import { describe, expect, it } from 'vitest'
import { freshRepos } from './support/fresh-repos.ts'
import { metadata, type RepoHost } from './support/repo-host.ts'

let host: RepoHost
let repo: string
let [first, second]: string[] = []
freshRepos('refs', async (fresh) => {
  host = fresh.host
  repo = fresh.repo
  first = await host.commit(repo, { 'a.txt': '1' }, { metadata: metadata({ task: 'fill-mask' }) })
  second = await host.commit(repo, { 'a.txt': '2' }, { metadata: metadata({ task: 'ranking' }) })
})

const post = (what: string, json: object, as = 'ben') => host.ask('POST', `/${repo}/${what}`, { as, json })
const patch = (what: string, json: object, { as = 'ben', match }: { as?: string; match?: string } = {}) =>
  host.ask('PATCH', `/${repo}/${what}`, { as, json, ...(match !== undefined && { headers: { 'if-match': match } }) })
const remove = (what: string, as = 'ben', match?: string) =>
  host.ask('DELETE', `/${repo}/${what}`, { as, ...(match !== undefined && { headers: { 'if-match': match } }) })

describe('a branch', () => {
  it('can be created, moved and deleted by writers', async () => {
    expect(await post('branches', { name: 'dev/one', revision: first })).toMatchObject({
      status: 201,
      body: { name: 'dev/one', revision: first, updatedBy: 'ben' },
    })
    expect(host.sent.at(-1)).toMatchObject({ step: 'write-repo-manifest' })
    expect((await patch('branches/dev%2Fone', { revision: 'main' })).body.revision).toBe(second)
    expect((await host.all(`/${repo}/branches`)).map(({ name }) => name)).toEqual(['dev/one', 'main'])
    expect((await remove('branches/dev%2Fone')).status).toBe(204)
    expect((await remove('branches/dev%2Fone')).status).toBe(404)
    expect((await post('branches', { name: 'x' }, 'reader')).status).toBe(403)
    expect((await post('branches', { name: 'x' }, 'eve')).status).toBe(404)
  })

  it('moves only from the expected revision', async () => {
    const wrong = await patch('branches/main', { revision: first, expected: first })
    expect(wrong).toMatchObject({ status: 412, body: { error: { code: 'precondition_failed', current: second } } })
    expect((await patch('branches/main', { revision: first }, { match: `"${first}"` })).status).toBe(412)
    expect((await patch('branches/main', { revision: first }, { match: `"${second}"` })).status).toBe(200)
    expect((await remove('branches/main')).body.error.code).toBe('ref_protected')
  })

  it('moves once if twenty moves start from the same revision', async () => {
    const moves = Array.from({ length: 20 }, () => patch('branches/main', { revision: first, expected: second }))
    const statuses = (await Promise.all(moves)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, ...Array(19).fill(412)])
  })

  it('named main updates the summary of the repo', async () => {
    await patch('branches/main', { revision: first })
    expect((await host.get(`/${repo}`)).body).toMatchObject({ revision: first, task: 'fill-mask' })
    const bare = await host.commit(repo, { 'a.txt': '3' }, { branch: 'bare' })
    await patch('branches/main', { revision: 'bare' })
    expect((await host.get(`/${repo}`)).body).not.toHaveProperty('task')
    expect(host.sent.slice(-2)).toMatchObject([
      { step: 'inspect-revision', revision: bare },
      { step: 'write-repo-manifest' },
    ])
  })

  it.each(['main', 'dev', 'dev/x/y', 'release', 'release/1', 'v1/x', 'champion/x'])(
    'named %s is refused as ambiguous',
    async (name) => {
      await post('branches', { name: 'dev/x' })
      await post('branches', { name: 'release/1' })
      await post('tags', { name: 'v1' })
      await post('aliases', { name: 'champion' })
      const { status, body } = await post('branches', { name })
      expect([status, body.error.code]).toEqual([409, expect.stringMatching(/^ref_(?:exists|conflict)$/)])
    },
  )

  it.each([
    'a'.repeat(40),
    '0123456789abcdef0123456789abcdef01234567',
    'HEAD',
    'refs/heads/x',
    'a..b',
    'a/',
    '-a',
    'a/.b',
    'x.lock',
    '',
    'a b',
  ])('cannot be named %j', async (name) => {
    expect((await post('branches', { name })).status).toBe(400)
  })

  it('needs an existing revision', async () => {
    expect((await post('branches', { name: 'x', revision: 'absent' })).body.error.code).toBe('revision_not_found')
    expect((await patch('branches/absent', { revision: 'main' })).status).toBe(404)
  })
})

describe('a name that is created at once as a branch, a tag and an alias', () => {
  it('becomes one of them', async () => {
    const kinds = ['branches', 'tags', 'aliases'].flatMap((kind) => [kind, kind, kind])
    const names = (at: number) => (at % 3 === 0 ? 'both' : at % 3 === 1 ? 'both/inner' : 'both')
    const answers = await Promise.all(kinds.map((kind, at) => post(kind, { name: names(at) })))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(8).fill(409)])
  })
})

describe('a version', () => {
  it('gets the next number, each its own if several are created at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => post('versions', {})))
    expect(made.map(({ status }) => status)).toEqual(Array(8).fill(201))
    const numbers = made.map(({ body }) => body.name).toSorted()
    expect(numbers).toEqual(['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'])
    const listed = await host.all(`/${repo}/versions`)
    expect(listed.map(({ version }) => version)).toEqual([8, 7, 6, 5, 4, 3, 2, 1])
  })

  it('can have its own name, and skips names that are taken', async () => {
    await post('tags', { name: 'v2', revision: first })
    expect((await post('versions', {})).body).toMatchObject({ name: 'v1', version: 1 })
    expect((await post('versions', { name: 'spring', message: 'Größe' })).body).toMatchObject({
      version: 2,
      message: 'Größe',
    })
    expect((await post('versions', {})).body).toMatchObject({ name: 'v3', version: 3 })
    expect((await post('versions', { name: 'spring' })).status).toBe(409)
    expect((await host.all(`/${repo}/versions`)).map(({ name }) => name)).toEqual(['v3', 'spring', 'v1'])
    expect((await host.get(`/${repo}/revisions/spring`)).body.id).toBe(second)
  })

  it('cannot move; after its deletion its number is not used again', async () => {
    await post('versions', {})
    expect((await patch('tags/v1', { revision: first })).body.error.code).toBe('ref_protected')
    expect((await remove('tags/v1')).status).toBe(204)
    expect(await host.all(`/${repo}/versions`)).toEqual([])
    expect((await post('versions', {})).body).toMatchObject({ name: 'v2', version: 2 })
  })
})

describe('a tag', () => {
  it('can be created with a message, listed, moved and deleted', async () => {
    expect((await post('tags', { name: 'rc', revision: first, message: 'first' })).body).toMatchObject({
      message: 'first',
    })
    expect((await patch('tags/rc', { revision: 'main', expected: first })).body.revision).toBe(second)
    expect((await host.get(`/${repo}`)).body.refs.tags).toMatchObject([{ name: 'rc', revision: second }])
    expect((await remove('tags/rc', 'ben', `"${first}"`)).status).toBe(412)
    expect((await remove('tags/rc', 'ben', '*')).status).toBe(204)
  })
})

describe('an alias', () => {
  it('keeps a history of its moves', async () => {
    expect((await post('aliases', { name: 'champion', revision: first })).headers.get('etag')).toBe('"1"')
    const read = await host.get(`/${repo}/aliases/champion`)
    const moved = await patch('aliases/champion', { revision: 'main' }, { match: read.headers.get('etag') ?? '' })
    expect(moved).toMatchObject({ status: 200, body: { revision: second, version: 2, isProtected: false } })
    expect((await patch('aliases/champion', { revision: first }, { match: '"1"' })).status).toBe(412)
    expect((await patch('aliases/champion', { revision: first }, { match: 'W/"2"' })).status).toBe(200)
    expect((await host.get(`/${repo}/revisions/champion`)).body.id).toBe(first)
    expect((await remove('aliases/champion')).status).toBe(204)
    expect((await post('aliases', { name: 'champion' })).body.version).toBe(5)
    const history = await host.all(`/${repo}/aliases/champion/moves`)
    expect(history.map(({ version, action }) => [version, action])).toEqual([
      [5, 'created'],
      [4, 'deleted'],
      [3, 'moved'],
      [2, 'moved'],
      [1, 'created'],
    ])
    expect(history[3]).toMatchObject({ from: first, to: second, by: 'ben' })
    expect((await host.get(`/${repo}/aliases/absent/moves`)).status).toBe(404)
  })

  it('moves once per version if twenty moves compete', async () => {
    await post('aliases', { name: 'champion', revision: first })
    for (let round = 1; round <= 3; round++) {
      const revision = round % 2 === 1 ? second : first
      const moves = Array.from({ length: 20 }, () => patch('aliases/champion', { revision }, { match: `"${round}"` }))
      const statuses = (await Promise.all(moves)).map(({ status }) => status)
      expect(statuses.toSorted()).toEqual([200, ...Array(19).fill(412)])
    }
    expect(await host.all(`/${repo}/aliases/champion/moves`)).toHaveLength(4)
  })

  it('that is protected can be moved by admins only', async () => {
    expect((await post('aliases', { name: 'prod', isProtected: true })).status).toBe(403)
    expect((await post('aliases', { name: 'prod', isProtected: true }, 'ada')).status).toBe(201)
    for (const wanted of [{ revision: first }, { isProtected: false }])
      expect((await patch('aliases/prod', wanted)).status).toBe(403)
    expect((await remove('aliases/prod')).status).toBe(403)
    expect((await patch('aliases/prod', { revision: first }, { as: 'ada' })).body).toMatchObject({
      version: 2,
      isProtected: true,
    })
    expect((await patch('aliases/prod', { isProtected: false }, { as: 'ada' })).body).toMatchObject({ version: 3 })
    expect((await patch('aliases/prod', { isProtected: true })).status).toBe(403)
    expect((await patch('aliases/prod', { revision: second })).status).toBe(200)
  })

  it.each(['1', '"x"', '"1", "2"', ''])('cannot be moved with an invalid If-Match: %j', async (match) => {
    await post('aliases', { name: 'champion', revision: first })
    expect((await patch('aliases/champion', { revision: 'main' }, { match })).status).toBe(400)
  })

  it('does not change if it moves to its own revision', async () => {
    await post('aliases', { name: 'champion', revision: first })
    expect((await patch('aliases/champion', { revision: first })).body.version).toBe(1)
  })
})

describe('the refs of a deleted repo', () => {
  it('cannot be seen or changed, and return with it', async () => {
    await post('aliases', { name: 'champion' })
    await host.ask('DELETE', `/${repo}`)
    expect((await post('tags', { name: 'x' })).status).toBe(404)
    expect((await host.get(`/${repo}/aliases`)).status).toBe(404)
    await host.ask('POST', `/${repo}/undelete`)
    expect((await host.get(`/${repo}`)).body.refs).toMatchObject({ aliases: [{ name: 'champion' }], isPartial: false })
  })
})
