import { describe, expect, it } from 'vitest'
import type { HubFile } from '../../../support/hub/files.ts'
import { bytes, code, host, hub, info, repo, resolve, small, start, useFarHub, weights } from './far-hub.ts'

useFarHub()

describe('a mirrored repo before it is stored', () => {
  it('has the upstream commit in every response', async () => {
    await start()
    const commit = hub.commitOf(repo)
    const tree = await host.ask(`${info}/tree/main?recursive=true&expand=true`, { as: 'member' })
    const [first] = (await tree.json()) as { lastCommit: { id: string } }[]
    expect(first?.lastCommit.id).toBe(commit)
    for (const path of [
      info,
      `${info}/revision/HEAD`,
      `${info}/revision/v1`,
      `${info}/tree/${commit}`,
      `${info}/commits/main`,
      resolve(small.path),
      resolve(small.path, 'refs/heads/main'),
    ])
      expect((await host.ask(path, { as: 'member' })).headers.get('x-repo-commit'), path).toBe(commit)
    expect(await (await host.ask(info, { as: 'member' })).json()).toMatchObject({
      id: repo,
      sha: commit,
      private: false,
    })
  })

  it('leaves out files that the policy refuses, and says why', async () => {
    await start()
    const model = (await (await host.ask(`${info}?blobs=true`, { as: 'member' })).json()) as {
      siblings: { rfilename: string; size: number }[]
    }
    expect(model.siblings.map(({ rfilename }) => rfilename)).not.toContain('pytorch_model.bin')
    expect(model.siblings).toContainEqual(expect.objectContaining({ rfilename: weights.path, size: 9_000_001 }))
    const answer = await host.ask(resolve('pytorch_model.bin'), { as: 'member' })
    expect([answer.status, code(answer)]).toEqual([404, 'EntryNotFound'])
    expect(await answer.text()).toContain('pickle')
    expect(hub.requests.map(({ path }) => path).join()).not.toContain('pytorch_model')
  })

  it('contains no Xet data and no link to the upstream Hub', async () => {
    const edit = (json: unknown) =>
      JSON.parse(JSON.stringify(json).replaceAll('"size"', `"xetHash":"${'e'.repeat(64)}","size"`))
    await start({ faults: [{ kind: 'edit-json', where: 'api', edit }] })
    hub.faults.push({
      kind: 'headers',
      where: 'resolve',
      headers: { 'X-Xet-Hash': 'e'.repeat(64), Link: `<${hub.url}/x>; rel="xet-auth"` },
    })
    const asked = [
      info,
      `${info}?blobs=true`,
      `${info}/tree/main?recursive=true`,
      `${info}/refs`,
      `${info}/commits/main`,
      resolve(small.path),
      resolve(weights.path),
    ]
    for (const path of asked) {
      const answer = await host.ask(path, { as: 'member' })
      expect(answer.status, path).toBe(200)
      const said = `${JSON.stringify([...answer.headers])}${path.includes('/resolve/') ? '' : await answer.text()}`
      expect(said, path).not.toMatch(/xet/i)
      expect(said, path).not.toContain(new URL(hub.url).host)
      if (path.includes('/resolve/')) await bytes(answer)
    }
  })

  it('lists folders like a stored one', async () => {
    await start()
    const top = (await (await host.ask(`${info}/tree/main`, { as: 'member' })).json()) as {
      type: string
      path: string
    }[]
    expect(top.map(({ type, path }) => `${type} ${path}`)).toEqual([
      'file config.json',
      'file empty.txt',
      'directory sub folder',
      'directory weights',
    ])
    const folder = await host.ask(`${info}/tree/main/weights`, { as: 'member' })
    expect(await folder.json()).toMatchObject([{ path: weights.path, size: 9_000_001, lfs: { size: 9_000_001 } }])
    const missing = await host.ask(`${info}/tree/main/none`, { as: 'member' })
    expect([missing.status, code(missing)]).toEqual([404, 'EntryNotFound'])
    const body = JSON.stringify({ paths: ['config.json', 'weights/', 'none', 'pytorch_model.bin'], expand: true })
    const headers = { 'content-type': 'application/json' }
    const paths = await host.ask(`${info}/paths-info/main`, { as: 'member', method: 'POST', headers, body })
    expect(((await paths.json()) as { path: string }[]).map(({ path }) => path)).toEqual(['config.json', 'weights'])
  })

  it('lists more files in pages than the upstream Hub includes with the model', async () => {
    const many = Array.from(
      { length: 2300 },
      (_, at): HubFile => ({ path: `data/${String(at).padStart(5, '0')}.txt`, content: `${at}` }),
    )
    await start({ repos: { [repo]: { files: many } } })
    let next: string | null = `${info}/tree/main?recursive=true`
    const seen: string[] = []
    while (next !== null) {
      const answer: Response = await host.ask(next, { as: 'member' })
      expect(answer.status).toBe(200)
      seen.push(
        ...((await answer.json()) as { type: string; path: string }[])
          .filter(({ type }) => type === 'file')
          .map(({ path }) => path),
      )
      const link = answer.headers.get('link')
      next = link === null ? null : link.slice(link.indexOf('mirror.test') + 'mirror.test'.length, link.indexOf('>'))
    }
    expect(seen).toEqual(many.map(({ path }) => path))
    expect(
      (await host.ask(resolve('data/02299.txt'), { as: 'member', method: 'HEAD' })).headers.get('x-linked-size'),
    ).toBe('4')
  })
})
