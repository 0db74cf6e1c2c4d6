import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { adminKeyHolder, createVerifier } from '../shared/auth/verify.ts'
import type { HttpEnvironment } from '../shared/http/context.ts'
import type { Logger } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { ObjectStore } from '../shared/objects/object-store.ts'
import type { Table } from '../shared/table/table.ts'
import { createServingApp } from './app.ts'
import { CacheBudget } from './batcher/cache-budget.ts'
import { connectTable } from './deployments/connect-table.ts'
import { KeyCounts } from './deployments/key-counts.ts'
import { Reconciler } from './deployments/reconciler.ts'
import { createRouter } from './deployments/route.ts'
import type { Served } from './deployments/served.ts'
import type { ServedDeployment } from './deployments/served-deployment.ts'
import type { LostModel } from './engine/engine.ts'
import { createAdmission } from './protocols/admission.ts'
import { RefusalCache } from './protocols/refusal-cache.ts'
import { sharedVerifier } from './protocols/shared-verifier.ts'
import type { ServingConfig } from './serving-config.ts'
import { createServingModels } from './serving-models.ts'

interface ServingOptions {
  table: Table
  objects: ObjectStore
  config: ServingConfig
  log: Logger
  metrics: Metrics
  /** The location of `engine/worker.ts`, or of its bundle. */
  workerUrl: URL
}

export interface Serving {
  app: Hono<HttpEnvironment>
  /** For the server, which repeats recent refusals. */
  refusals: RefusalCache
  /** How many runs it makes at once. */
  engineCount: number
  /** Resolves when the initial deployments are served or have failed. */
  ready: Promise<void>
  /** Makes `/ready` fail and waits for admitted work; requests are still answered. */
  drain(): Promise<void>
  /** Releases the models, removes this replica from the table and ends the engines. */
  close(): Promise<void>
}

/** The inference service on any host: engines, models and deployments behind one app. */
export function startServing({ table, objects, config, log, metrics, workerUrl }: ServingOptions): Serving {
  const { device, replicaId = randomUUID(), adminKeySha256, publicUrl, heartbeatMs } = config
  const onLoss = (lost: LostModel) => reconciler.lose(lost)
  const engines = createServingModels({ objects, config, log, metrics, workerUrl, onLoss })
  const { pool, cache, models, engineCount } = engines
  const connected = connectTable({ table, log, replicaId, pool: config.pool, device, publicUrl, heartbeatMs })
  const reconciler = new Reconciler({
    ...{ models, pool, metrics, log, device },
    limits: queueLimitsOf(config),
    now: Date.now,
    keys: new KeyCounts({ metrics }),
    ...connected,
    intervalMs: config.reconcileMs ?? 2000,
  })

  const refusals = new RefusalCache({
    onRepeats: (count) => {
      metrics.errors.inc({ code: 'overloaded' }, count)
      metrics.httpRequests.inc({ method: 'POST', route: 'repeated refusal', status: '429' }, count)
    },
  })
  let notReady: string | undefined = 'the deployments are being loaded'
  const ready = cache
    .sweep()
    .catch((error) => log.warn({ err: error }, 'the model cache could not be cleaned'))
    .then(() => reconciler.start())
    .then(() => {
      if (notReady !== 'draining') notReady = undefined
    })
  const app = createServingApp({
    device,
    verify: sharedVerifier({
      verify: createVerifier({ table, adminKeySha256 }),
      known: adminKeyHolder(adminKeySha256),
    }),
    router: createRouter(() => reconciler.deployments, connected),
    metrics,
    log,
    readiness: { reason: () => notReady },
    admission: createAdmission(() => servedBy(reconciler.deployments.values())),
  })
  return {
    app,
    refusals,
    engineCount,
    ready,
    async drain() {
      notReady = 'draining'
      await pool.idle()
    },
    async close() {
      notReady = 'draining'
      await reconciler.close()
      await engines.close()
    },
  }
}

const queueLimitsOf = ({ device, queuedMax = 8192, waitMsMax = 250, requestTimeoutMs }: ServingConfig) => ({
  wasteMax: 0.06,
  runMsMax: device === 'cuda' ? 100 : 50,
  queuedMax,
  waitMsMax,
  engineMsMax: 60_000,
  requestTimeoutMs,
  cacheBudget: new CacheBudget(),
})

function* servedBy(deployments: Iterable<ServedDeployment>): Generator<Served> {
  for (const { slots } of deployments) for (const { served } of slots) if (served !== undefined) yield served
}
