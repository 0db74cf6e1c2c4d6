import { describe, expect, it } from 'vitest'
import { freshRepos } from './support/fresh-repos.ts'
import { metadata, type RepoHost } from './support/repo-host.ts'

const servable = {
  metadata: metadata({ task: 'tensors', onnx: [{ path: 'm.onnx', inputs: [], outputs: [], opset: {} }] }),
}

let host: RepoHost
let repo: string
let name: string

freshRepos('moves', async (fresh) => {
  host = fresh.host
  repo = fresh.repo
  name = repo.replace('lab/', '')
  await host.commit(repo, { 'm.onnx': '1' }, servable)
})

const path = '/api/v1/deployments'
const deploy = (target: string, more: object = {}) =>
  host.call('POST', path, { as: 'ben', json: { name, target, ...more } })
const read = async (as = 'ben') => (await host.call('GET', `${path}/${name}`, { as })).body
const listed = async (as = 'ben') => {
  const { items } = (await host.call('GET', `${path}?limit=100`, { as })).body
  return items.find((one: { name: string }) => one.name === name)
}

describe('a deployment that does not follow its ref', () => {
  it('shows where the branch has moved, alone and in lists, until its target is named again', async () => {
    expect((await deploy(repo)).body.targets[0]).not.toHaveProperty('movedTo')
    const later = await host.commit(repo, { 'm.onnx': '2' }, servable)
    const movedTo = { kind: 'branch', revision: later }
    expect((await read()).targets).toMatchObject([{ ref: 'main', movedTo }])
    expect((await listed()).targets).toMatchObject([{ movedTo }])
    expect((await read()).drift).not.toContainEqual(expect.stringContaining(later.slice(0, 12)))
    const json = { target: `${repo}@main` }
    const changed = (await host.call('PATCH', `${path}/${name}`, { as: 'ben', json })).body
    expect(changed.targets).toMatchObject([{ revision: later }])
    expect(changed.targets[0]).not.toHaveProperty('movedTo')
  })

  it('shows it for an alias that it does not follow', async () => {
    const [before] = (await host.ask('GET', `/${repo}/revisions`)).body.items
    await host.ask('POST', `/${repo}/aliases`, { as: 'ben', json: { name: 'champion', revision: before.id } })
    const targets = [
      { target: `${repo}@champion`, follow: false, weight: 1 },
      { target: `${repo}@champion`, follow: true, weight: 1 },
    ]
    await host.call('POST', path, { as: 'ben', json: { name, targets } })
    const later = await host.commit(repo, { 'm.onnx': '2' }, servable)
    await host.ask('PATCH', `/${repo}/aliases/champion`, { as: 'ben', json: { revision: later } })
    const [stays, follows] = (await read()).targets
    expect(stays).toMatchObject({ follows: false, movedTo: { kind: 'alias', revision: later } })
    expect(follows).not.toHaveProperty('movedTo')
  })

  it('shows nothing for a revision', async () => {
    const [{ id }] = (await host.ask('GET', `/${repo}/revisions`)).body.items
    await deploy(`${repo}@${id}`)
    await host.commit(repo, { 'm.onnx': '2' }, servable)
    expect((await read()).targets[0]).not.toHaveProperty('movedTo')
  })

  it('reveals nothing about a private repo to callers who may only see the deployment', async () => {
    const own = `ada/secret-${name}`
    await host.make(own, {}, 'ada')
    await host.commit(own, { 'm.onnx': '1' }, servable)
    await host.call('POST', path, { as: 'root', json: { name, target: own, owner: 'lab' } })
    await host.commit(own, { 'm.onnx': '2' }, servable)
    expect((await read('ada')).targets[0]).toHaveProperty('movedTo')
    expect((await read('ben')).targets).toMatchObject([{ target: `${own}@main` }])
    expect((await read('ben')).targets[0]).not.toHaveProperty('movedTo')
    expect((await listed('ben')).targets[0]).not.toHaveProperty('movedTo')
  })
})
