import { describe, expect, it } from 'vitest'
import { deletedRepoKeptDays } from '../../../shared/model/repo-grace.ts'
import { metadata } from './support/repo-host.ts'
import { host, remove, rename, useSeededHost } from './support/seeded-host.ts'

useSeededHost()

const undelete = (name: string, as = 'ada') => host.ask('POST', `/${name}/undelete`, { as })
const days = (count: number) => count * 86_400_000

describe('a deleted repo', () => {
  it('is invisible to everyone, keeps its name, and can be restored completely', async () => {
    await host.make('lab/gone', { visibility: 'public' }, 'ada')
    const revision = await host.commit('lab/gone', { 'a.txt': 'a' })
    expect((await remove('lab/gone', 'ben')).status).toBe(403)
    const { body } = await remove('lab/gone')
    expect(Date.parse(body.keptUntil) - Date.parse(body.deletedAt)).toBe(days(deletedRepoKeptDays))
    for (const as of ['ada', 'root', 'eve']) expect((await host.get('/lab/gone', as)).status).toBe(404)
    expect((await host.get('/lab/gone', null)).status).toBe(401)
    expect((await host.make('lab/GONE', {}, 'ada')).body.error.code).toBe('repo_deleted')
    expect(await host.all('?prefix=lab/gone')).toEqual([])
    expect((await undelete('lab/gone', 'ben')).status).toBe(403)
    expect((await undelete('lab/gone', 'eve')).status).toBe(404)
    expect(await undelete('lab/gone')).toMatchObject({ status: 200, body: { revision, visibility: 'public' } })
    expect((await host.get('/lab/gone/revisions/main', null)).body.id).toBe(revision)
  })

  it('is listed for those who may restore it', async () => {
    await host.make('lab/listed-gone', {}, 'ada')
    await remove('lab/listed-gone')
    const names = async (query: string, as: string) =>
      (await host.all(`?status=deleted${query}`, as)).map(({ id }) => id)
    expect(await names('', 'ada')).toContain('lab/listed-gone')
    expect(await names('&owner=lab&sort=updated', 'root')).toContain('lab/listed-gone')
    expect(await names('', 'ben')).toEqual([])
    expect((await host.get('?status=deleted&owner=lab', 'ben')).status).toBe(403)
    expect((await host.get('?status=deleted&owner=lab', 'eve')).status).toBe(404)
  })

  it('cannot be restored after its grace period', async () => {
    await host.make('lab/late', {}, 'ada')
    await remove('lab/late')
    host.clock.ms += days(deletedRepoKeptDays)
    expect(await undelete('lab/late')).toMatchObject({ status: 404, body: { error: { code: 'repo_not_found' } } })
    host.clock.ms -= days(deletedRepoKeptDays)
    expect((await undelete('lab/late')).status).toBe(200)
    expect((await undelete('lab/late')).status).toBe(200)
  })
})

describe('a deployed repo', () => {
  const deployable = async (name: string) => {
    await host.make(name)
    const onnx = [{ path: 'model.onnx', inputs: [], outputs: [], opset: {} }]
    await host.commit(name, { 'model.onnx': name }, { metadata: metadata({ task: 'feature-extraction', onnx }) })
  }
  const deploy = (target: string, json: object, as = 'ada') =>
    host.call('POST', '/api/v1/deployments', { as, json: { target, ...json } })
  const deployment = (name: string) => host.call('GET', `/api/v1/deployments/${name}`, { as: 'root' })

  it('is not deleted before its deployments, which are named if the caller may see them', async () => {
    await deployable('lab/served')
    await host.ask('PATCH', '/lab/served', { json: { visibility: 'public' } })
    expect((await deploy('lab/served', { name: 'ours' })).status).toBe(201)
    expect((await deploy('lab/served', { name: 'theirs', owner: 'eve' }, 'eve')).status).toBe(201)
    const refused = await remove('lab/served')
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'repo_deployed', deployments: ['ours'], others: 1 } },
    })
    expect(JSON.stringify(refused.body)).not.toContain('theirs')
    expect((await host.ask('DELETE', '/lab/served?force=true')).status).toBe(409)
    expect((await host.call('DELETE', '/api/v1/deployments/ours')).status).toBe(204)
    expect((await remove('lab/served')).body.error).toMatchObject({ deployments: [], others: 1 })
    expect((await host.ask('DELETE', '/lab/served?force=true')).status).toBe(200)
    expect((await deployment('theirs')).status).toBe(200)
    expect((await deploy('lab/served', { name: 'late' })).status).toBe(404)
  })

  it('can be served by version or alias, and its deployments show its current name', async () => {
    await deployable('lab/named')
    await host.ask('POST', '/lab/named/versions', { json: {} })
    await host.ask('POST', '/lab/named/aliases', { json: { name: 'champion' } })
    for (const ref of ['v1', 'champion'])
      expect((await deploy(`lab/named@${ref}`, { name: `named-${ref}` })).body).toMatchObject({
        ref,
        repo: 'lab/named',
      })
    await rename('lab/named', 'lab/renamed')
    expect((await deployment('named-champion')).body).toMatchObject({
      repo: 'lab/renamed',
      target: 'lab/renamed@champion',
    })
    expect((await deploy('lab/named@v1', { name: 'again' })).body).toMatchObject({ repo: 'lab/renamed' })
  })
})
