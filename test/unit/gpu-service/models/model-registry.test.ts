import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import type { GatedQueue } from '../../../../gpu-service/models/gated-queue.ts'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { ModelRegistry } from '../../../../gpu-service/models/model-registry.ts'
import { Residency } from '../../../../gpu-service/models/residency.ts'
import type { Isolation } from '../../../../gpu-service/tasks/isolation.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import { objectKeys } from '../../../../shared/objects/keys.ts'
import { filesIn } from '../../../support/files-in.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { manualBatcher } from '../support/manual-batcher.ts'
import { createMemoryObjects } from '../support/memory-objects.ts'
import { workerUrl } from '../support/test-serving.ts'

const repo = 'slipway-tests/tiny-embedder'
const request = { repo, repoId: repoIdOf(repo), revision: 'a'.repeat(40), file: 'onnx/model.onnx', deployment: 'test' }

const other = 'b'.repeat(40)

/** A registry over one real engine, with a record of which models the engine holds. */
async function start({
  maxBytes = 0,
  loadWaitMsMax = 30_000,
  isolate = 'auto',
}: {
  maxBytes?: number
  loadWaitMsMax?: number
  isolate?: Isolation
} = {}) {
  const objects = createMemoryObjects()
  const files = await filesIn(fixtureModel(repo))
  for (const revision of [request.revision, other]) await publish({ objects, ...request, revision, files })
  const worker = new WorkerEngine({ workerUrl, device: 'cpu' })
  const held = new Set<string>()
  const engine: Engine = {
    async load(asked) {
      await worker.load(asked)
      held.add(asked.modelId)
    },
    unload(asked) {
      held.delete(asked.modelId)
      return worker.unload(asked)
    },
    run: (asked) => worker.run(asked),
    restored: () => worker.restored(),
    close: () => worker.close(),
  }
  const pool = new EnginePool({ engines: [engine] })
  onTestFinished(() => pool.close())
  const root = await temporaryFolder()
  const damaged: string[] = []
  const cache = new ModelCache({ objects, root, maxBytes, onDamage: ({ path }) => damaged.push(path) })
  const settings = { device: 'cpu', isolate } as const
  const residency = new Residency({ maxBytes: Number.POSITIVE_INFINITY, waitMsMax: 15_000 })
  const parts = { cache, pool, residency, metrics: createMetrics(), settings, loadWaitMsMax }
  return { held, root, objects, damaged, models: new ModelRegistry(parts) }
}

it('loads a model once for all names of its task, and keeps it until the last lease is released', async () => {
  const { models, held } = await start()
  const [one, two] = await Promise.all([
    models.acquire({ ...request, task: 'feature-extraction' }),
    models.acquire({ ...request, task: 'sentence-similarity' }),
  ])
  expect(one.modelId).toBe(two.modelId)
  expect(held.size).toBe(1)
  await one.release()
  expect(held.size).toBe(1)
  await two.release()
  expect(held.size).toBe(0)
})

it('shares a model only with deployments whose inputs run the same way, whoever decided that', async () => {
  const { models } = await start({ isolate: 'never' })
  const task = 'feature-extraction'
  const [byHost, never, auto] = await Promise.all([
    models.acquire({ ...request, task }),
    models.acquire({ ...request, task, isolate: 'never' }),
    models.acquire({ ...request, task, isolate: 'auto' }),
  ])
  expect(never.modelId).toBe(byHost.modelId)
  expect(auto.modelId).not.toBe(byHost.modelId)
})

it('keeps a model when another task fails to load the same file', async () => {
  const { models, held } = await start()
  const lease = await models.acquire({ ...request, task: 'feature-extraction' })
  await expect(models.acquire({ ...request, task: 'image-classification' })).rejects.toMatchObject({
    code: 'unsupported_model',
  })
  expect([...held]).toEqual([`${lease.modelId} main`])
})

it('lets a model be acquired again while it is being released', async () => {
  const { models, held } = await start()
  const task = 'feature-extraction'
  const released = (await models.acquire({ ...request, task })).release()
  const lease = await models.acquire({ ...request, task })
  await released
  expect([...held]).toEqual([`${lease.modelId} main`])
})

it('keeps the files of loaded models and removes those of released ones if the folder is full', async () => {
  const { models, root } = await start()
  const task = 'feature-extraction'
  const first = await models.acquire({ ...request, task })
  await models.acquire({ ...request, task, revision: other })
  expect((await readdir(root)).sort()).toEqual([request.revision, other, 'locks'])
  await first.release()
  await expect(models.acquire({ ...request, task: 'image-classification', revision: other })).rejects.toThrow()
  await expect.poll(async () => (await readdir(root)).sort()).toEqual([other, 'locks'])
})

it('repairs the file of a model, and the file derived from it, if they were damaged while it was out', async () => {
  const { models, held, root, damaged } = await start({ maxBytes: 1e9 })
  const task = 'feature-extraction'
  const lease = await models.acquire({ ...request, task, idleMsMax: 1 })
  await expect.poll(() => lease.isResident).toBe(false)
  await expect.poll(() => held.size).toBe(0)
  const graphs = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.onnx'))
  const paths = graphs.map((name) => join(root, name))
  expect(paths).toHaveLength(2)
  const whole = await Promise.all(paths.map((path) => readFile(path)))
  for (const [index, path] of paths.entries()) await writeFile(path, Buffer.alloc(whole[index]?.length ?? 0))
  const again = await models.acquire({ ...request, task })
  expect(again.isResident).toBe(true)
  expect(await Promise.all(paths.map((path) => readFile(path)))).toEqual(whole)
  expect(damaged).toEqual([request.file])
})

it('fetches the files of a model again if they were removed while it was out', async () => {
  const { models, held, root } = await start()
  const lease = await models.acquire({ ...request, task: 'feature-extraction', idleMsMax: 1 })
  await expect.poll(() => held.size).toBe(0)
  await models.acquire({ ...request, task: 'feature-extraction', revision: other })
  await expect.poll(async () => (await readdir(root)).sort()).toEqual([other, 'locks'])
  const again = await models.acquire({ ...request, task: 'feature-extraction' })
  expect([lease.isResident, again.isResident]).toEqual([true, true])
})

it('reloads a shared model from a remaining repo after its first repo was deleted', async () => {
  const { models, held, root, objects } = await start()
  const task = 'feature-extraction'
  const theirs = { ...request, task, repo: 'second/copy', repoId: repoIdOf('second/copy') }
  await publish({ objects, ...theirs, files: await filesIn(fixtureModel(repo)) })
  const first = await models.acquire({ ...request, task, idleMsMax: 1 })
  const second = await models.acquire({ ...theirs, idleMsMax: 1 })
  expect(second.modelId).toBe(first.modelId)
  await expect.poll(() => held.size).toBe(0)
  await first.release()
  objects.content.delete(objectKeys.manifest(request.repoId, request.revision))
  await rm(join(root, request.revision), { recursive: true, force: true })
  const again = await models.acquire({ ...theirs })
  expect(again.isResident).toBe(true)
})

it('knows whether other models share the engines, and so the memory', async () => {
  const { models } = await start()
  const lease = await models.acquire({ ...request, task: 'feature-extraction' })
  expect(lease.hasNeighbours).toBe(false)
  const second = await models.acquire({ ...request, task: 'feature-extraction', revision: other })
  expect([lease.hasNeighbours, second.hasNeighbours]).toEqual([true, true])
  await second.release()
  await expect.poll(() => lease.hasNeighbours).toBe(false)
})

it('evicts an idle model once the last lease that keeps it is released', async () => {
  const { models } = await start()
  const kept = await models.acquire({ ...request, task: 'feature-extraction' })
  const onDemand = await models.acquire({ ...request, task: 'feature-extraction', idleMsMax: 1 })
  expect(onDemand.isResident).toBe(true)
  await kept.release()
  await expect.poll(() => onDemand.isResident).toBe(false)
})

it("names the caller's own deployment in errors, never another that shares the model", async () => {
  const { models } = await start({ loadWaitMsMax: 1 })
  const shared = { ...request, task: 'feature-extraction', loadsOnDemand: true }
  await models.acquire({ ...shared, deployment: 'first' })
  const lease = await models.acquire({ ...shared, deployment: 'second' })
  const { batcher } = manualBatcher<string>({
    now: () => performance.now(),
    scheduler: { wake: () => gate.wake(), waitMs: () => 0, engineCount: 1 },
  })
  const gate: GatedQueue = lease.gate({ queue: batcher, graph: 'main' })
  await expect(batcher.submit('a')).rejects.toMatchObject({
    code: 'model_not_ready',
    message: expect.stringContaining('"second"'),
  })
})

it('loads on demand only at the first request, if asked to', async () => {
  const { models, held } = await start()
  const lease = await models.acquire({ ...request, task: 'feature-extraction', loadsOnDemand: true })
  expect(lease.isResident).toBe(false)
  expect(held.size).toBe(0)
  await models.acquire({ ...request, task: 'feature-extraction' })
  expect(lease.isResident).toBe(true)
})
