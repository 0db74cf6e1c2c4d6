import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../support/http.ts'
import { startTarget, type Target } from './target.ts'

const slipway = fileURLToPath(new URL('../../shared/client/slipway.mjs', import.meta.url))

let target: Target
let owner: string
beforeAll(async () => {
  target = await startTarget()
  owner = `repos-${Date.now().toString(36)}`
})
afterAll(() => target.close())

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${target.api.url}/api/v1/repos${path}`, {
    method,
    headers: { authorization: `Bearer ${target.key}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

async function cli(...parameters: string[]) {
  const env = { PATH: process.env.PATH, SLIPWAY_URL: target.api.url, SLIPWAY_API_KEY: target.key }
  const child = spawn(process.execPath, [slipway, ...parameters], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.on('data', (text: Buffer) => (said.out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (said.err += text.toString()))
  const [code] = await once(child, 'close')
  return { code: code as number, ...said }
}

describe('a repo over HTTP', () => {
  it('is created, made public, renamed, deleted and restored, and found by its old name', async () => {
    const made = await send('POST', '', { name: `${owner}/first` })
    expect(made).toMatchObject({ status: 201, body: { id: `${owner}/first`, visibility: 'private' } })
    expect((await send('POST', '', { name: `${owner}/FIRST` })).body.error).toMatchObject({
      code: 'repo_exists',
      url: `/api/v1/repos/${owner}/first`,
    })
    expect((await target.anonymous.get(`/api/v1/repos/${owner}/first`)).status).toBe(401)
    await send('PATCH', `/${owner}/first`, { visibility: 'public', tags: ['gold'] })
    expect((await target.anonymous.get(`/api/v1/repos/${owner}/first`)).body.tags).toEqual(['gold'])
    expect((await send('POST', `/${owner}/first/rename`, { to: `${owner}/second` })).status).toBe(200)
    expect((await send('GET', `/${owner}/first`)).body.id).toBe(`${owner}/second`)
    expect((await send('DELETE', `/${owner}/second`)).status).toBe(200)
    expect((await send('GET', `/${owner}/second`)).status).toBe(404)
    expect((await send('GET', `?status=deleted&owner=${owner}`)).body.items).toMatchObject([{ id: `${owner}/second` }])
    expect((await send('POST', `/${owner}/second/undelete`)).body.visibility).toBe('public')
    expect((await send('GET', `?owner=${owner}&tag=gold`)).body.items).toMatchObject([{ id: `${owner}/second` }])
  })
})

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('a pulled model', () => {
  it('has a card, versions, an alias and a diff between revisions, and cannot be deleted while deployed', async () => {
    expect(await target.api.pull('hf://acme/digits', { repo: `${owner}/digits` })).toMatchObject({ state: 'READY' })
    const { body: detail } = await send('GET', `/${owner}/digits`)
    expect(detail).toMatchObject({
      card: expect.stringContaining('pipeline_tag'),
      refs: { branches: [{ name: 'main' }] },
    })
    expect((await send('POST', `/${owner}/digits/versions`, {})).body).toMatchObject({ name: 'v1', version: 1 })
    await target.hub?.addFile({ repo: 'acme/digits', file: { path: 'NOTES.md', content: 'new' } })
    expect(await target.api.pull('hf://acme/digits', { repo: `${owner}/digits` })).toMatchObject({ state: 'READY' })
    const { body: diff } = await send('GET', `/${owner}/digits/diff?from=v1`)
    expect(diff.items).toMatchObject([{ path: 'NOTES.md', change: 'added', after: { sizeBytes: 3 } }])
    expect((await send('GET', `/${owner}/digits/revisions`)).body.items).toMatchObject([{ depth: 2 }, { depth: 1 }])
    expect((await send('POST', `/${owner}/digits/aliases`, { name: 'champion', revision: 'v1' })).status).toBe(201)
    const deployed = await target.api.deploy(`${owner}/digits@champion`, { name: `${owner}-digits` })
    expect(deployed).toMatchObject({ state: 'READY', revision: diff.from.id })
    expect((await send('DELETE', `/${owner}/digits`)).body.error).toMatchObject({ deployments: [`${owner}-digits`] })
    expect((await target.api.delete(`/api/v1/deployments/${owner}-digits`)).status).toBe(204)
  })

  it('is inspected, tagged and aliased from the command line', async () => {
    const repo = `${owner}/digits`
    expect((await cli('ls', '--owner', owner, '--sort', 'size')).out).toContain(repo)
    expect((await cli('tag', repo, '--next')).out).toMatch(/^v2 {2}[0-9a-f]{40}\n$/)
    expect((await cli('tag', repo)).out).toMatch(/v1 +[0-9a-f]{12} +\d+ \w+ ago\nv2 +[0-9a-f]{12} /)
    expect((await cli('alias', `${repo}@v2`, 'champion', '--protect')).out).toMatch(
      /^champion {2}[0-9a-f]{40} {2}protected\n$/,
    )
    expect((await cli('alias', repo, 'champion', '--history')).out).toMatch(/2 +moved .*\n1 +created /)
    expect((await cli('log', repo, '-n', '1')).out).toContain('Import hf://acme/digits')
    expect((await cli('diff', repo, 'v1')).out).toBe('+ NOTES.md  3 B\n')
    expect((await cli('show', repo)).out).toMatch(/aliases +champion/)
    for (const command of [
      ['tag', repo],
      ['alias', repo],
      ['log', repo],
      ['diff', repo, 'v1'],
      ['ls', '--tag', 'none'],
    ]) {
      const { code, out } = await cli(...command, '--json')
      expect([code, typeof JSON.parse(out)]).toEqual([0, 'object'])
    }
  })

  it('can be created, renamed, hidden, deleted and restored from the command line', async () => {
    const name = `${owner}/by-hand`
    expect(await cli('repo', 'create', name, '--public')).toMatchObject({ code: 0, out: `${name}  public, empty\n` })
    expect((await cli('show', name)).err).toContain('It is empty')
    expect((await cli('repo', 'visibility', name, 'private')).code).toBe(0)
    expect((await cli('repo', 'tags', name, 'one', 'two')).out).toContain('one, two')
    expect((await cli('repo', 'rename', name, `${owner}/renamed`)).out).toContain('is')
    expect((await cli('repo', 'delete', `${owner}/renamed`)).err).toContain('repo undelete')
    expect((await cli('ls', '--deleted', '--owner', owner)).out).toContain(`${owner}/renamed`)
    expect(JSON.parse((await cli('repo', 'undelete', `${owner}/renamed`, '--json')).out).tags).toEqual(['one', 'two'])
    expect(await cli('repo', 'create', `${owner}/renamed`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('already'),
    })
  })

  it.each([
    [['repo', 'create']],
    [['repo', 'fly', 'a/b']],
    [['repo', 'visibility', 'a/b', 'secret']],
    [['repo', 'rename', 'a/b']],
    [['repo', 'create', 'a/b', 'c']],
    [['tag', 'a/b', '--delete']],
    [['tag', 'a/b', 'x', '--next']],
    [['alias', 'a/b', '--protect']],
    [['alias', 'a/b', 'x', '--protect', '--delete']],
    [['log', 'a/b', '-n', '0']],
    [['diff', 'a/b']],
  ])('is left unchanged by a wrong command: %j', async (parameters) => {
    const { code, err } = await cli(...parameters)
    expect([code, err]).toEqual([2, expect.stringMatching(/^slipway: .*help/s)])
  })
})
