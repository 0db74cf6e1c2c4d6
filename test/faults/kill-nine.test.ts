import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type Api, createApi } from '../support/http.ts'
import { type Hub, startHub } from '../support/hub/start-hub.ts'
import { startLocalHost } from '../support/local-host.ts'
import { stagedFiles } from './support/staged-files.ts'

const repo = 'acme/large'
const sizeBytes = 150_000_000
const paths = ['README.md', 'config.json', 'model.safetensors', 'onnx/model.onnx']

let hub: Hub
let dataDir: string
beforeAll(async () => {
  const onnx = { path: 'onnx/model.onnx', sizeBytes, seed: 7 }
  const weights = { path: 'model.safetensors', sizeBytes: 5_000_000, seed: 8 }
  const small = [
    { path: 'README.md', content: '---\npipeline_tag: feature-extraction\n---\n' },
    { path: 'config.json', content: '{}' },
  ]
  hub = await startHub({
    repos: { [repo]: { files: [onnx, weights, ...small] } },
    faults: [{ where: 'storage', kind: 'slow', bytesPerSecond: 20_000_000 }],
  })
  dataDir = await mkdtemp(join(tmpdir(), 'slipway-'))
})
afterAll(async () => {
  await hub.close()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

/** What readers may see at any moment: nothing of the model, or all of it. */
async function visible(api: Api): Promise<'nothing' | 'everything'> {
  const { status, body } = await api.get(`/api/v1/repos/${repo}`)
  if (status === 404) return 'nothing'
  const files = await api.get(`/api/v1/repos/${repo}/revisions/${body.revision}/files`)
  expect(files.body.items.map(({ path }: { path: string }) => path)).toEqual(paths)
  return 'everything'
}

it('a pull that is killed repeatedly ends complete, and is never visible in part', { timeout: 600_000 }, async () => {
  const environment = { HF_ENDPOINT: hub.url }
  const delaysMs = [5, 60, 150, 400, 800, 1500, 2500]
  let id: string | undefined
  for (const delayMs of delaysMs) {
    const host = await startLocalHost({ dataDir, environment, parameters: ['--no-sample'] })
    const api = createApi(host)
    id ??= (await api.post('/api/v1/imports', { source: `hf://${repo}` })).body.id
    const until = performance.now() + delayMs
    while (performance.now() < until) {
      await visible(api)
      await wait(20)
    }
    await host.kill()
  }
  const host = await startLocalHost({ dataDir, environment, parameters: ['--no-sample'] })
  const api = createApi(host)
  const ended = await eventually(
    async () => (await api.get(`/api/v1/imports/${id}`)).body,
    ({ state }) => state === 'READY' || state === 'FAILED',
  )
  expect(ended).toMatchObject({ state: 'READY', filesDone: 4, filesTotal: 4, bytesDone: ended.bytesTotal })
  expect(await visible(api)).toBe('everything')
  expect(await host.stop()).toBe(0)
  expect(await readdir(join(dataDir, 'staging', '.writing')).catch(() => [])).toEqual([])
  expect(await stagedFiles(dataDir)).toEqual([])
})
