import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { answersOf, everyAddress } from '../support/every-answer.ts'
import { createApi } from '../support/http.ts'
import { makePerson } from '../support/people.ts'
import { made, readme } from './fill-registry.ts'
import { api, host, known, person, restart, run, settled, useFilledRegistry } from './filled-registry.ts'

useFilledRegistry()

const served = () =>
  eventually(
    () => api.get('/api/v1/deployments/digits'),
    ({ body }) => body.state === 'READY',
  )

describe.skipIf(process.env.SLIPWAY_URL !== undefined)('a registry', () => {
  it('is found complete by fsck, without garbage', async () => {
    const checked = await run('fsck', '--deep')
    expect(checked.err).not.toContain('slipway:')
    expect(checked).toMatchObject({ code: 0, out: expect.stringContaining('no discrepancies') })
    const { code, out } = await run('gc', '--dry-run', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ state: 'DONE', options: { dryRun: true } })
    expect(JSON.parse(out).counts.blobsFreed ?? 0).toBe(0)
  })

  it('gives the same answers as before after its table was destroyed and a backup restored', {
    timeout: 180_000,
  }, async () => {
    const saved = await run('backup', '--objects', '--json')
    expect(saved.code, saved.err).toBe(0)
    const { backup } = JSON.parse(saved.out)
    await served()
    const addresses = await everyAddress(api, known)
    expect(addresses.length).toBeGreaterThan(100)
    const asked = async () => ({
      admin: await answersOf(api, addresses),
      person: await answersOf(person.api, addresses),
      stranger: await answersOf(createApi({ url: host.url }), addresses),
    })
    const before = await asked()
    const listed = await api.get('/api/v1/backups')
    expect(listed.body.items).toMatchObject([{ id: backup }])

    await restart({ withoutTable: true })
    expect((await api.get('/api/v1/repos')).body.items).toEqual([])
    expect((await person.api.get('/api/v1/me')).status).toBe(401)
    const restored = await run('restore')
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining(backup) })

    await served()
    const after = await asked()
    for (const who of ['admin', 'person', 'stranger'] as const)
      for (const address of addresses)
        expect(after[who][address], `${address} for ${who}`).toEqual(before[who][address])
    expect((await run('fsck', '--deep')).out).toContain('no discrepancies')
  })

  it('that is not empty is left unchanged by a restore, unless told to merge or replace', {
    timeout: 120_000,
  }, async () => {
    const refused = await run('restore')
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--replace') })
    await made(api.post('/api/repos/create', { name: 'globex/later', files: [readme('later', 'mit')] }))
    expect((await run('restore', '--merge')).code).toBe(0)
    expect((await api.get('/api/v1/repos/globex/later')).status).toBe(200)
    expect((await run('restore', '--replace')).code).toBe(0)
    expect((await api.get('/api/v1/repos/globex/later')).status).toBe(404)
    expect((await api.get('/api/v1/repos/globex/one')).status).toBe(200)
    expect((await run('fsck', '--repair')).code).toBe(0)
    expect(await run('fsck')).toMatchObject({ code: 0, out: expect.stringContaining('no discrepancies') })
  })

  it('is rebuilt from the bucket alone: repos, revisions, refs and files, but no users', {
    timeout: 120_000,
  }, async () => {
    const ofRepos = (await everyAddress(api, known)).filter(
      (path) =>
        /\/(?:tree|commits|resolve|raw|refs)(?:\/|$|\?)/.test(path) &&
        !path.includes('old-name') &&
        !path.includes('acme/tiny'),
    )
    const before = await answersOf(api, ofRepos)
    await restart({ withoutTable: true })
    const repaired = await run('fsck', '--repair')
    expect(repaired).toMatchObject({ code: 0, out: expect.stringContaining('repo-missing') })
    await settled()
    expect(await answersOf(api, ofRepos)).toEqual(before)
    expect((await person.api.get('/api/v1/me')).status).toBe(401)
    await run('fsck', '--repair')
    expect(await run('fsck')).toMatchObject({ code: 0, out: expect.stringContaining('no discrepancies') })
  })

  it('reports damage and repairs it from a backup, and exits with 1 if it cannot', {
    timeout: 120_000,
  }, async () => {
    const { body } = await api.get('/api/v1/repos/acme/digits/revisions/main/files')
    const { sha256 } = body.items.find(({ path }: { path: string }) => path === 'model.onnx')
    const blob = join(host.dataDir, 'blobs', 'sha256', sha256.slice(0, 2), sha256)
    await rm(blob)
    await writeFile(blob, 'something else')
    const found = await run('fsck', '--deep', '--json')
    expect(found.code).toBe(1)
    const kinds = JSON.parse(found.out).findings.map(({ kind }: { kind: string }) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['blob-damaged', 'blob-wrong']))
    expect((await run('fsck', '--deep', '--repair')).code).toBe(0)
    expect((await run('fsck', '--deep')).code).toBe(0)

    await rm(join(host.dataDir, 'backups'), { recursive: true })
    await rm(blob)
    const lost = await run('fsck', '--repair')
    expect(lost).toMatchObject({ code: 1, out: expect.stringContaining('slipway pull hf://acme/digits@main') })
    await api.pull('hf://acme/digits')
    expect((await run('fsck', '--deep')).code).toBe(0)
  })

  it('can be maintained by platform admins only', async () => {
    const other = await makePerson(api, { scopes: ['admin'] })
    for (const ask of [
      () => other.api.get('/api/v1/maintenance'),
      () => other.api.post('/api/v1/maintenance', { kind: 'gc' }),
      () => other.api.get('/api/v1/backups'),
    ])
      expect((await ask()).status).toBe(403)
    expect((await createApi({ url: host.url }).post('/api/v1/maintenance', { kind: 'gc' })).status).toBe(401)
  })
})
