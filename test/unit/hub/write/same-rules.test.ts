import { describe, expect, it } from 'vitest'
import { freshRepos } from '../../registry/support/fresh-repos.ts'
import type { RepoHost } from '../../registry/support/repo-host.ts'

let host: RepoHost
let repo: string
let [first, second]: string[] = []
freshRepos('same', async (fresh) => {
  host = fresh.host
  repo = fresh.repo
  first = await host.commit(repo, { 'a.txt': '1' })
  second = await host.commit(repo, { 'a.txt': '2' })
})

const hub = (method: string, path: string, json: object = {}, as = 'ben') =>
  host.call(method, `/api/models/${repo}/${path}`, { as, json })
const platform = (method: string, path: string, json?: object, as = 'ada') =>
  host.ask(method, `/${repo}/${path}`, { as, ...(json && { json }) })

describe('refs in the Hub protocol', () => {
  it('cannot replace an alias, protected or not', async () => {
    await platform('POST', 'aliases', { name: 'champion', revision: first, isProtected: true })
    expect((await hub('POST', 'branch/champion')).status).toBe(409)
    expect((await hub('POST', 'branch/champion', { overwrite: true, startingPoint: second })).status).toBe(409)
    expect((await hub('POST', 'tag/main', { tag: 'champion' })).status).toBe(409)
    expect((await hub('POST', 'branch/champion/x')).status).toBe(409)
    expect((await platform('GET', 'revisions/champion')).body.id).toBe(first)
  })

  it.each(['refs%2Fheads%2FHEAD', 'head', 'a%2F.b', 'x.lock', 'A'.repeat(40)])(
    'cannot have a name that the platform refuses: %s',
    async (name) => {
      expect((await hub('POST', `branch/${name}`, { startingPoint: first })).status).toBe(400)
      const tag = decodeURIComponent(name).replace('refs/heads/', '')
      expect((await hub('POST', 'tag/main', { tag })).status).toBe(400)
      expect((await platform('POST', 'tags', { name: tag })).status).toBe(400)
    },
  )

  it.each(['head', 'a/.b'])('with a formerly valid name can be read, committed to and deleted: %s', async (name) => {
    const odd = await host.commit(repo, { 'a.txt': 'odd' }, { branch: name })
    const path = encodeURIComponent(name)
    expect((await host.call('GET', `/api/models/${repo}/revision/${path}`, { as: 'ben' })).body.sha).toBe(odd)
    expect((await hub('POST', `preupload/${path}`, { files: [] })).status).toBe(200)
    expect((await hub('DELETE', `branch/${path}`)).status).toBe(200)
    expect((await hub('DELETE', `branch/${path}`)).status).toBe(404)
  })

  it('delete a version completely', async () => {
    expect((await platform('POST', 'versions', { revision: first })).body.name).toBe('v1')
    expect((await hub('DELETE', 'tag/v1')).status).toBe(200)
    expect((await host.scan()).filter(({ sk }) => String(sk).startsWith('VERSION#'))).toEqual([])
  })

  it('cannot delete main, and move it completely', async () => {
    expect((await hub('DELETE', 'branch/main')).status).toBe(400)
    expect((await hub('POST', 'branch/main', { overwrite: true, startingPoint: first })).status).toBe(200)
    expect((await host.get(`/${repo}`)).body.revision).toBe(first)
    expect(host.sent.slice(-2)).toMatchObject([
      { step: 'inspect-revision', revision: first },
      { step: 'write-repo-manifest' },
    ])
  })

  it('can start empty', async () => {
    expect((await hub('POST', 'branch/bare', { emptyBranch: true })).status).toBe(200)
    expect((await host.get(`/${repo}/revisions/bare`)).body).toMatchObject({ filesTotal: 0 })
    expect((await hub('POST', 'branch/bare', { emptyBranch: true })).status).toBe(409)
    expect((await hub('POST', 'branch/bare', { overwrite: true, startingPoint: second })).status).toBe(200)
    expect((await host.get(`/${repo}/revisions/bare`)).body.id).toBe(second)
  })

  it('created in both protocols at once are created once', async () => {
    const asked = await Promise.all([
      hub('POST', 'branch/once'),
      hub('POST', 'tag/main', { tag: 'once' }),
      platform('POST', 'aliases', { name: 'once' }),
      platform('POST', 'branches', { name: 'once' }),
    ])
    expect(asked.filter(({ status }) => status < 300)).toHaveLength(1)
  })
})

describe('repos in the Hub protocol', () => {
  const move = (from: string, to: string, as: string) =>
    host.call('POST', '/api/repos/move', { as, json: { fromRepo: from, toRepo: to, type: 'model' } })

  it('can be moved to an owner by its admins only', async () => {
    await host.make('team/seed')
    expect((await move(repo, 'team/given', 'ada')).status).toBe(403)
    expect((await move(repo, 'eve/given', 'ada')).status).toBe(404)
    expect((await move(repo, 'team/given', 'root')).status).toBe(200)
  })

  it('are deleted and moved by their current name only', async () => {
    const now = `${repo}-renamed`
    expect((await move(repo, now, 'ada')).status).toBe(200)
    const json = { name: repo, type: 'model' }
    expect((await host.call('DELETE', '/api/repos/delete', { as: 'ada', json })).status).toBe(409)
    expect((await move(repo, `${repo}-again`, 'ada')).status).toBe(409)
    expect((await host.get(`/${now}`)).status).toBe(200)
  })
})
