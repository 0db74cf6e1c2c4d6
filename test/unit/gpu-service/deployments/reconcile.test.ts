import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { CanaryWatch } from '../../../../gpu-service/deployments/canary-watch.ts'
import { DayUse } from '../../../../gpu-service/deployments/day-use.ts'
import { Reconciler } from '../../../../gpu-service/deployments/reconcile.ts'
import { ReplicaReporter } from '../../../../gpu-service/deployments/replica-reporter.ts'
import { EngineDied, ModelLost } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { modelIdOf } from '../../../../gpu-service/models/graph-id.ts'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { ModelRegistry } from '../../../../gpu-service/models/model-registry.ts'
import { Residency } from '../../../../gpu-service/models/residency.ts'
import type { ReplicaStatus } from '../../../../shared/contract/deployment.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'
import { filesIn } from '../../../support/files-in.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { createMemoryObjects } from '../support/memory-objects.ts'
import { workerUrl } from '../support/test-serving.ts'

const repo = 'sklearn/iris-logistic-regression'
const revision = 'a'.repeat(40)
const broken = 'b'.repeat(40)
const other = 'c'.repeat(40)
const aTurn = () => new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))

function deployment(name: string, change: Partial<DeploymentItem> = {}): DeploymentItem {
  const of = { owner: 'sklearn', repo, repoId: repoIdOf(repo), ref: 'main', target: `${repo}@main`, revision }
  const item = { name, ...of, task: 'tabular-classification' }
  return { ...item, file: 'model.onnx', createdAt: '2026-11-20T00:00:00.000Z', createdBy: 'u', ...change }
}

const log = createLogger({ level: 'silent', name: 'test' })

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function start() {
  const objects = createMemoryObjects()
  const files = await filesIn(fixtureModel(repo))
  await publish({ objects, repo, revision, files })
  await publish({ objects, repo, revision: other, files })
  await publish({ objects, repo, revision: broken, files: { ...files, 'model.onnx': Buffer.from('no graph at all') } })
  const engine = new WorkerEngine({ workerUrl, device: 'cpu' })
  const loads: string[] = []
  const unloads: string[] = []
  const pool = new EnginePool({
    engines: [
      {
        load: async (request) => {
          loads.push(request.modelId)
          if (state.isFatal) throw new EngineDied('the engine died')
          return engine.load(request)
        },
        unload: (request) => {
          // An engine is asked so whether it still answers.
          if (request.modelId !== '') unloads.push(request.modelId)
          return engine.unload(request)
        },
        run: (request) => engine.run(request),
        restored: () => engine.restored(),
        close: () => engine.close(),
      },
    ],
  })
  const metrics = createMetrics()
  const cache = new ModelCache({ objects, root: await temporaryFolder() })
  const state = {
    nowMs: 1_000_000,
    desired: [] as DeploymentItem[],
    isTableDown: false,
    isFatal: false,
    areReportsStuck: false,
  }
  const reports: [string, ReplicaStatus][] = []
  const forgotten: string[] = []
  const options = {
    models: new ModelRegistry({
      cache,
      pool,
      residency: new Residency({ maxBytes: Number.POSITIVE_INFINITY, waitMsMax: 15_000 }),
      settings: { device: 'cpu', isolate: 'auto' },
      loadWaitMsMax: 30_000,
    }),
    pool,
    metrics,
    device: 'cpu' as const,
    log,
    limits: { wasteMax: 0.1, runMsMax: 50, queuedMax: 100, waitMsMax: 1000, requestMsMax: 60_000 },
    now: () => state.nowMs,
    async desired() {
      if (state.isTableDown) throw new Error('the table does not answer')
      return new Map(state.desired.map((item) => [item.name, item]))
    },
    reporter: new ReplicaReporter({
      replicaId: 'replica-1',
      write: async (name: string, status: ReplicaStatus) => {
        reports.push([name, status])
      },
      remove: async (name: string) => {
        if (state.areReportsStuck) throw new Error('the table is too busy')
        forgotten.push(name)
      },
      beat: async () => [],
      leave: async () => {},
      now: () => state.nowMs,
      log,
      heartbeatMs: 15_000,
      refreshMs: 600_000,
    }),
    canaries: new CanaryWatch({ rollBack: async () => {}, log }),
    refs: { follow: async () => {} },
    use: new DayUse({ add: async () => 0, now: () => state.nowMs, log }),
    keys: { count() {}, forget() {} },
    intervalMs: 1_000_000,
  }
  const reconciler = new Reconciler(options)
  closing.push(async () => {
    await reconciler.close()
    await pool.close()
  })
  const states = () => [...reconciler.deployments.values()].map(({ item, state }) => [item.name, state])
  const pass = async () => {
    await Promise.all(await reconciler.pass())
  }
  return { reconciler, state, states, pass, reports, forgotten, loads, unloads, pool, metrics }
}

describe('the reconciler', () => {
  it('serves what the table asks for, and reports LOADING, then READY', async () => {
    const { state, pass, states, reports } = await start()
    state.desired = [deployment('iris')]
    await pass()
    expect(states()).toEqual([['iris', 'READY']])
    expect(reports.map(([name, status]) => [name, status.state, status.id, status.revision])).toEqual([
      ['iris', 'LOADING', 'replica-1', revision],
      ['iris', 'READY', 'replica-1', revision],
    ])
  })

  it('reports again only on change, and where nothing changed every ten minutes', async () => {
    const { state, pass, reports } = await start()
    state.desired = [deployment('iris')]
    await pass()
    await pass()
    state.nowMs += 15_000
    await pass()
    expect(reports).toHaveLength(2)
    state.nowMs += 600_000
    await pass()
    expect(reports).toHaveLength(3)
  })

  it('gives up what the table no longer asks for, and takes its report back', async () => {
    const { state, pass, states, forgotten, unloads } = await start()
    state.desired = [deployment('iris')]
    await pass()
    state.desired = []
    await pass()
    expect(states()).toEqual([])
    expect(forgotten).toEqual(['iris'])
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('goes on while a report cannot be taken back, and takes it back as soon as it can', async () => {
    const { state, pass, states, forgotten } = await start()
    state.desired = [deployment('old'), deployment('gone')]
    await pass()
    state.areReportsStuck = true
    state.desired = [deployment('new')]
    await pass()
    expect(states()).toEqual([['new', 'READY']])
    expect(forgotten).toEqual([])
    // One is there again before its report could be taken back.
    state.desired = [deployment('new'), deployment('old')]
    await pass()
    state.areReportsStuck = false
    await pass()
    await pass()
    expect(forgotten).toEqual(['gone'])
  })

  it('gives a model back only behind the requests that hold it, however long they read their input', async () => {
    const { state, pass, reconciler, unloads } = await start()
    state.desired = [deployment('iris')]
    await pass()
    const { hold } = reconciler.deployments.get('iris')?.served ?? failed()
    const [end, endOther] = [hold(), hold()]
    state.desired = []
    await pass()
    await pause(100)
    end()
    end()
    await pause(100)
    expect(unloads).toEqual([])
    endOther()
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('loads a model once for two deployments of it, and keeps it until both are gone', async () => {
    const { state, pass, states, loads, unloads, metrics } = await start()
    state.desired = [deployment('one'), deployment('two')]
    await pass()
    expect(states()).toEqual([
      ['one', 'READY'],
      ['two', 'READY'],
    ])
    expect(loads).toHaveLength(1)
    for (const name of ['one', 'two'])
      expect(await metrics.registry.metrics()).toContain(`model_loading_duration_seconds_count{deployment="${name}"} 1`)
    state.desired = [deployment('two')]
    await pass()
    expect(unloads).toHaveLength(0)
    state.desired = []
    await pass()
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('names the reason of a failed load, and tries again after growing pauses only', async () => {
    const { state, pass, reconciler, reports } = await start()
    state.desired = [deployment('bad', { revision: broken }), deployment('good')]
    await pass()
    const slot = () => reconciler.deployments.get('bad')
    expect(slot()).toMatchObject({ state: 'FAILED', reason: expect.stringContaining('"model.onnx"') })
    expect(reports.filter(([name]) => name === 'bad').at(-1)?.[1].reason).toContain('not an ONNX model')
    const attempts: number[] = []
    for (let second = 1; second <= 16; second++) {
      state.nowMs += 1000
      const loads = await reconciler.pass()
      if (loads.length > 0) attempts.push(second)
      await Promise.all(loads)
    }
    expect(attempts).toEqual([1, 3, 7, 15])
  })

  it('leaves a file alone that could not be loaded, whoever is to serve it next and whatever was served meanwhile', async () => {
    const { state, pass, reconciler, loads } = await start()
    const fatal = [deployment('one', { revision: other }), deployment('two', { revision: other })]
    const attempts = async () => {
      const before = loads.length
      await pass()
      return loads.length - before
    }
    state.isFatal = true
    state.desired = fatal
    // An engine that is ended from outside while it loads is no fault of the file, so the next one tries it, too.
    expect(await attempts()).toBe(2)
    state.nowMs += 1000
    expect(await attempts()).toBe(2)
    state.isFatal = false
    state.desired = [deployment('one')]
    await pass()
    state.desired = [...fatal, deployment('three', { revision: other })]
    expect(await attempts()).toBe(0)
    expect(reconciler.deployments.get('one')?.choose(undefined)).toMatchObject({ state: 'READY', item: { revision } })
    const failed = { state: 'FAILED', reason: expect.stringContaining('the engine died') }
    for (const name of ['two', 'three']) expect(reconciler.deployments.get(name)).toMatchObject(failed)
    state.nowMs += 2000
    await pass()
    for (const name of ['one', 'two', 'three'])
      expect(reconciler.deployments.get(name)).toMatchObject({ state: 'READY', item: { revision: other } })
  })

  it('lets a model that cannot be loaded on demand rest for longer and longer, however often it is asked', async () => {
    const { state, pass, reconciler, loads } = await start()
    state.desired = [deployment('sleeping', { min: 0 })]
    state.isFatal = true
    const ask = async () => {
      const served = reconciler.deployments.get('sleeping')?.served
      if (served === undefined) throw new Error('it is not served')
      const { signal } = new AbortController()
      await served.service.pipeline({ inputs: [[5.1, 3.5, 1.4, 0.2]], parameters: {}, options: { signal } })
    }
    const attempts: number[] = []
    for (let second = 0; second <= 16; second++) {
      await pass()
      const before = loads.length
      await ask().catch(() => {})
      if (loads.length > before) attempts.push(second)
      state.nowMs += 1000
    }
    expect(attempts).toEqual([0, 1, 3, 7, 15])
    state.isFatal = false
    state.nowMs += 16_000
    await pass()
    await ask()
    const [modelId] = loads.slice(-1).map(modelIdOf)
    state.isFatal = true
    reconciler.lose({ modelId: modelId ?? '', error: new ModelLost('an engine died') })
    await pass()
    await expect(ask()).rejects.toThrow()
    state.isFatal = false
    state.nowMs += 1000
    await pass()
    await ask()
  })

  it('replaces a deployment whose revision has changed', async () => {
    const { state, pass, reconciler } = await start()
    state.desired = [deployment('iris', { revision: broken })]
    await pass()
    state.desired = [deployment('iris')]
    await pass()
    expect([...reconciler.deployments.values()].map(({ item, state: now }) => [item.revision, now])).toEqual([
      [revision, 'READY'],
    ])
  })

  it('answers with the old revision until the new one is loaded, and swaps them without a gap', async () => {
    const { state, pass, reconciler, unloads, reports } = await start()
    state.desired = [deployment('iris', { revision: other })]
    await pass()
    const slotOf = () => reconciler.deployments.get('iris')
    state.desired = [deployment('iris')]
    const loads = await reconciler.pass()
    expect(reports.at(-1)?.[1]).toMatchObject({ revision, state: 'LOADING' })
    while ((await Promise.race([Promise.all(loads), aTurn()])) === undefined) {
      expect(slotOf()?.served).toBeDefined()
      expect(unloads).toEqual([])
    }
    expect(slotOf()).toMatchObject({ state: 'READY', item: { revision } })
    expect(reports.at(-1)?.[1]).toMatchObject({ revision, state: 'READY' })
    await expect.poll(() => unloads, { timeout: 10_000 }).toHaveLength(1)
  })

  it('goes on with a target that has lost its weight until one of those that took it answers', async () => {
    const { state, pass, reconciler } = await start()
    const [old, next] = [deployment('iris'), deployment('iris', { revision: other })]
    state.desired = [old]
    await pass()
    state.desired = [{ ...old, targets: [{ ...old, weight: 0 }, next] }]
    const loads = await reconciler.pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision } })
    await Promise.all(loads)
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision: other } })
  })

  it('has no target answer any more that was rolled back, though nobody else does yet', async () => {
    const { state, pass, reconciler } = await start()
    const [first, canary] = [deployment('iris', { revision: broken }), deployment('iris', { revision: other })]
    state.desired = [{ ...first, targets: [first, canary] }]
    await pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision: other } })
    const rolledBack = { at: '', by: '', reason: '', weight: 1 }
    state.desired = [{ ...first, targets: [first, { ...canary, rolledBack }] }]
    await pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toBeUndefined()
  })

  it("answers with nothing of a deployment that is gone for another one of its name, which may be somebody else's", async () => {
    const { state, pass, reconciler, unloads } = await start()
    state.desired = [deployment('iris')]
    await pass()
    state.desired = [deployment('iris', { revision: other, owner: 'else', createdAt: '2026-11-21T00:00:00.000Z' })]
    const loads = await reconciler.pass()
    expect(reconciler.deployments.get('iris')).toMatchObject({ state: 'LOADING', item: { owner: 'else' } })
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toBeUndefined()
    await Promise.all(loads)
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ item: { revision: other } })
    await expect.poll(() => unloads).toHaveLength(1)
  })

  it('goes on with the old revision while the new one cannot be loaded, and says why', async () => {
    const { state, pass, reconciler, reports } = await start()
    state.desired = [deployment('iris')]
    await pass()
    state.desired = [deployment('iris', { revision: broken })]
    await pass()
    expect(reconciler.deployments.get('iris')?.choose(undefined)).toMatchObject({ state: 'READY', item: { revision } })
    const failed = { revision: broken, state: 'FAILED', reason: expect.stringContaining('not an ONNX model') }
    expect(reports.at(-1)?.[1]).toMatchObject(failed)
    state.desired = [deployment('iris')]
    await pass()
    expect(reports.at(-1)?.[1]).toMatchObject({ revision, state: 'READY' })
  })

  it('loads a model anew that an engine has lost, says why meanwhile, and gives the lost one back', async () => {
    const { state, pass, reconciler, states, loads, unloads } = await start()
    state.desired = [deployment('one'), deployment('two')]
    await pass()
    const [id = ''] = loads
    const modelId = modelIdOf(id)
    reconciler.lose({ modelId, error: new ModelLost('the file is gone') })
    expect([...reconciler.deployments.values()].map((slot) => [slot.state, slot.reason, slot.served])).toEqual(
      Array(2).fill(['LOADING', 'the file is gone', undefined]),
    )
    await pass()
    expect(states()).toEqual([
      ['one', 'READY'],
      ['two', 'READY'],
    ])
    expect([...reconciler.deployments.values()].map(({ reason }) => reason)).toEqual([undefined, undefined])
    expect(loads).toHaveLength(2)
    expect(unloads).toEqual([id])
  })

  it('keeps serving while the table does not answer', async () => {
    const { state, pass, states } = await start()
    state.desired = [deployment('iris')]
    await pass()
    state.isTableDown = true
    await expect(pass()).rejects.toThrow('does not answer')
    expect(states()).toEqual([['iris', 'READY']])
  })

  it('is ready when the first deployments are loaded or have failed by name', async () => {
    const { state, reconciler, states } = await start()
    state.desired = [deployment('iris'), deployment('bad', { revision: broken })]
    await reconciler.start()
    expect(states()).toEqual([
      ['iris', 'READY'],
      ['bad', 'FAILED'],
    ])
  })
})

function failed(): never {
  throw new Error('nothing is served')
}
