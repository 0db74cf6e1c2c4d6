import { onTestFinished } from 'vitest'
import { CanaryWatch } from '../../../../gpu-service/deployments/canary-watch.ts'
import { DayUse } from '../../../../gpu-service/deployments/day-use.ts'
import { Reconciler } from '../../../../gpu-service/deployments/reconciler.ts'
import { ReplicaReporter } from '../../../../gpu-service/deployments/replica-reporter.ts'
import { EngineDied } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { ModelCache } from '../../../../gpu-service/models/model-cache.ts'
import { ModelRegistry } from '../../../../gpu-service/models/model-registry.ts'
import { Residency } from '../../../../gpu-service/models/residency.ts'
import type { ReplicaStatus } from '../../../../shared/contract/deployment.ts'
import { createLogger } from '../../../../shared/log.ts'
import { createMetrics } from '../../../../shared/metrics.ts'
import type { DeploymentItem } from '../../../../shared/table/deployments.ts'
import { filesIn } from '../../../support/files-in.ts'
import { publish, repoIdOf } from '../../../support/publish.ts'
import { fixtureModel, temporaryFolder } from './folders.ts'
import { createMemoryObjects } from './memory-objects.ts'
import { workerUrl } from './worker-url.ts'

const repo = 'sklearn/iris-logistic-regression'
export const revision = 'a'.repeat(40)
export const broken = 'b'.repeat(40)
export const other = 'c'.repeat(40)
export const aTurn = () => new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))

/** The item of a deployment in the table. */
export function deployment(name: string, change: Partial<DeploymentItem> = {}): DeploymentItem {
  const of = { owner: 'sklearn', repo, repoId: repoIdOf(repo), ref: 'main', target: `${repo}@main`, revision }
  const item = { name, ...of, task: 'tabular-classification' }
  return { ...item, file: 'model.onnx', createdAt: '2026-11-20T00:00:00.000Z', createdBy: 'u', ...change }
}

const log = createLogger({ level: 'silent', name: 'test' })

/** A reconciler over one real engine and a simulated table. */
export async function startReconciler() {
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
          // An unload without a model only asks whether the engine still answers.
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
  let answeredToday = 0
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
    limits: { wasteMax: 0.1, runMsMax: 50, queuedMax: 100, waitMsMax: 1000, engineMsMax: 60_000 },
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
    use: new DayUse({ add: async ({ requests }) => (answeredToday += requests), now: () => state.nowMs, log }),
    keys: { count() {}, forget() {} },
    intervalMs: 1_000_000,
  }
  const reconciler = new Reconciler(options)
  onTestFinished(async () => {
    await reconciler.close()
    await pool.close()
  })
  const states = () => [...reconciler.deployments.values()].map(({ item, state }) => [item.name, state])
  const pass = async () => {
    await Promise.all(await reconciler.pass())
  }
  const summed = () => answeredToday
  const answeredElsewhere = (requests: number) => {
    answeredToday += requests
  }
  return {
    reconciler,
    state,
    states,
    pass,
    reports,
    forgotten,
    loads,
    unloads,
    pool,
    metrics,
    summed,
    answeredElsewhere,
  }
}
