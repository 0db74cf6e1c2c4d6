import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../support/folders.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

/** For a machine that is busy with other work. */
const slow = { timeout: 60_000 }

it('tells callers why a model cannot be reloaded, and answers again once it can', async () => {
  const cacheDir = await temporaryFolder()
  const host = await startTestServing([], { cacheDir })
  onTestFinished(() => host.close())
  const target = await publishTarget(host, await irisModel())
  await deployTargets(host, { name: 'sleeping', targets: [target], min: 0, idleSeconds: 1 })
  const info = async () => JSON.stringify(await (await host.ask('/info')).json())
  await expect.poll(info, slow).toContain('READY')
  // Damaged on this disk and gone from the store, so it cannot be repaired.
  const blobs = [...host.objects.content].filter(([key]) => key.startsWith('blobs/'))
  for (const [key] of blobs) host.objects.content.delete(key)
  const folder = join(cacheDir, target.revision)
  for (const name of await readdir(folder)) await writeFile(join(folder, name), 'damaged')
  const ask = async () => {
    const response = await host.ask('/api/v1/predict/sleeping', { json: { inputs: [[5.1, 3.5, 1.4, 0.2]] } })
    return { status: response.status, body: await response.json() }
  }
  expect(await ask()).toMatchObject({
    status: 422,
    body: { code: 'model_failed', error: expect.stringContaining('is not in the store') },
  })
  for (const [key, content] of blobs) host.objects.content.set(key, content)
  await expect.poll(async () => (await ask()).status, slow).toBe(200)
  expect(await host.metrics.registry.metrics()).toMatch(/model_cache_repairs_total [1-9]/)
})
