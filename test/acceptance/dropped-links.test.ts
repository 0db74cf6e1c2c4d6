import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { createApi } from '../support/http.ts'
import { type LocalHost, startLocalHost } from '../support/local-host.ts'

const link = { path: 'model.safetensors', reason: expect.stringContaining('is a link') }

let host: LocalHost
beforeAll(async () => {
  host = await startLocalHost({ parameters: ['--no-sample'] })
})
afterAll(() => host.close())

/** Drops a snapshot of the Hugging Face cache as `cp -r` copies it, with these files next to its one link. */
async function drop(name: string, files: Record<string, string>) {
  const made = join(host.dataDir, 'staging', name)
  await mkdir(made, { recursive: true })
  await symlink('../../blobs/5f1d', join(made, 'model.safetensors'))
  for (const [path, content] of Object.entries({ ...files, _SUCCESS: '' })) await writeFile(join(made, path), content)
  const folder = join(host.dataDir, 'drop', 'team', name, 'v1')
  await mkdir(join(folder, '..'), { recursive: true })
  await rename(made, folder)
}

async function importOf(name: string) {
  const api = createApi(host)
  const { body } = await eventually(
    () => api.get('/api/v1/imports'),
    ({ body: { items } }) =>
      items.some((item: Item) => item.repo === `team/${name}` && /READY|FAILED/.test(item.state)),
  )
  const { id } = body.items.find((item: Item) => item.repo === `team/${name}`)
  return (await api.get(`/api/v1/imports/${id}`)).body
}
type Item = { id: string; repo: string; state: string }

describe('a dropped link', () => {
  it('is listed among the skipped files', async () => {
    await drop('linked', { 'README.md': '# linked\n' })
    expect(await importOf('linked')).toMatchObject({ state: 'READY', filesTotal: 1, skipped: [link] })
  })

  it('is named in the error if nothing else can be imported', async () => {
    await drop('only-links', {})
    expect(await importOf('only-links')).toMatchObject({
      state: 'FAILED',
      failure: { code: 'nothing_to_import', message: expect.stringContaining('model.safetensors: is a link') },
    })
  })
})

describe('a drop folder without files', () => {
  it('is named with its path on this server', async () => {
    await createApi(host).post('/api/v1/imports', { source: 's3-drop://team/nothing/v1' })
    const message = expect.stringContaining(`"${join(host.dataDir, 'drop/team/nothing/v1')}/" holds no files`)
    expect(await importOf('nothing')).toMatchObject({ state: 'FAILED', failure: { message } })
  })
})
