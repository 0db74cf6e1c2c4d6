import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { createVerifier } from '../shared/auth/verify.ts'
import type { HttpEnvironment } from '../shared/http/context.ts'
import type { Logger } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { ObjectStore } from '../shared/objects/object-store.ts'
import type { Table } from '../shared/table/table.ts'
import { createServingApp } from './app.ts'
import { CacheBudget } from './batcher/cache-budget.ts'
import { KeyCounts } from './deployments/key-counts.ts'
import { Reconciler } from './deployments/reconcile.ts'
import { createRouter } from './deployments/route.ts'
import type { Served } from './deployments/served.ts'
import type { ServedDeployment } from './deployments/served-deployment.ts'
import { tableSide } from './deployments/table-side.ts'
import { createEngines } from './engine/create-engines.ts'
import type { Device, LostModel } from './engine/engine.ts'
import { EnginePool } from './engine/engine-pool.ts'
import { modelIdOf } from './models/graph-id.ts'
import { defaultModelMemoryBytes } from './models/memory-budget.ts'
import { ModelCache } from './models/model-cache.ts'
import { ModelRegistry } from './models/model-registry.ts'
import { observedResidency } from './models/observed-residency.ts'
import { privateBytes } from './models/private-bytes.ts'
import { createAdmission } from './protocols/admission.ts'
import { RepeatedRefusals } from './protocols/repeated-refusals.ts'
import { sharedVerifier } from './protocols/shared-verifier.ts'
import { openNetwork } from './tasks/image/open-network.ts'
import { createPictures } from './tasks/image/pictures.ts'
import { createRemotePictures } from './tasks/image/remote-pictures.ts'
import type { Isolation, RunSettings } from './tasks/task.ts'

export interface ServingConfig {
  device: Device
  /** Where the files of models are kept between starts. */
  cacheDir: string
  /** How large that folder may grow before what nothing serves is removed from it. */
  cacheMaxBytes?: number | undefined
  /** What models may take of the memory, in all engines together; by default a share of the machine's. */
  modelMemoryMaxBytes?: number | undefined
  /** How long a request may wait for its model to be loaded. */
  loadWaitMsMax?: number
  /** Engines, which are processes; by default one per core on a CPU, one on a GPU. */
  engines?: number | undefined
  /** What the engines' processes are told of the environment; nothing by default. */
  engineEnvironment?: Readonly<Record<string, string>>
  /** Threads within a run; by default 1. */
  intraOpThreads?: number | undefined
  /** How often the desired state is read. */
  reconcileMs?: number
  heartbeatMs?: number
  /** This replica's name in the table. */
  replicaId?: string
  /** Which deployments it serves: those of this pool. */
  pool?: string | undefined
  /** Where clients reach this service, when it is not where they reach the registry. */
  publicUrl?: string | undefined
  /** sha256 of the first admin key. */
  adminKeySha256?: string | undefined
  queuedMax?: number
  /** How long a small request may have to wait before it is refused; a large one waits up to four times as long. */
  waitMsMax?: number
  /** How long a request may take that gives itself no less time; as long as it takes, where it is not said. */
  requestTimeoutMs?: number | undefined
  /** Whether the members of a batch run alone, where a deployment does not say. */
  isolate?: Isolation
  /** Whether pictures are fetched that callers name by an https address on the public internet; off by default. */
  remoteImages?: boolean
}

export interface ServingOptions {
  table: Table
  objects: ObjectStore
  config: ServingConfig
  log: Logger
  metrics: Metrics
  /** Where `engine/worker.ts`, or a bundle of it, is. */
  workerUrl: URL
}

export interface Serving {
  app: Hono<HttpEnvironment>
  /** For the server, to repeat what the app has just refused. */
  refusals: RepeatedRefusals
  /** How many runs it makes at once. */
  engineCount: number
  /** Fulfilled when what was deployed at the start is served, or has failed by name. */
  ready: Promise<void>
  /** Turns `/ready` off and waits for the work that was admitted; requests are still answered. */
  drain(): Promise<void>
  /** Gives the models back, takes this replica out of the table and ends the engines. */
  close(): Promise<void>
}

/** The inference service on whatever host: engines, models and deployments behind one app. */
export function startServing({ table, objects, config, log, metrics, workerUrl }: ServingOptions): Serving {
  const { device, cacheDir, replicaId = randomUUID(), adminKeySha256, publicUrl } = config
  const onDeath = (error: Error) => {
    metrics.errors.inc({ code: 'engine_died' })
    log.error({ err: error }, 'an engine died and is replaced')
  }
  const onLoss = ({ modelId, error }: LostModel) => reconciler.lose({ modelId: modelIdOf(modelId), error })
  const { engines: count, intraOpThreads, engineEnvironment: environment = {} } = config
  const engines = createEngines({ device, engines: count, intraOpThreads, environment, workerUrl, onDeath, onLoss })
  const pool = new EnginePool({ engines, stagedMax: device === 'cuda' ? 1 : 0 })
  const { waitMsMax = 250 } = config
  const { cacheMaxBytes = 20 * 1000 ** 3 } = config
  const onDamage = ({ path }: { path: string }) => {
    metrics.cacheRepairs.inc()
    log.warn({ path }, 'a file in the cache of models was damaged and is fetched again')
  }
  const cache = new ModelCache({ objects, root: cacheDir, maxBytes: cacheMaxBytes, onDamage })
  const pictures = createPictures({
    processUrl: new URL('./tasks/image/picture-process.ts', import.meta.url),
    remote: config.remoteImages === true ? createRemotePictures(openNetwork) : undefined,
  })
  const { modelMemoryMaxBytes = defaultModelMemoryBytes({ device }), loadWaitMsMax = 30_000 } = config
  const engineBytes = () => privateBytes(engines.map(({ pid }) => pid))
  // Behind its turn a model has work to do, too, for which its callers wait.
  const residency = observedResidency({ maxBytes: modelMemoryMaxBytes, waitMsMax: loadWaitMsMax / 2, metrics })
  const settings: RunSettings = { device, isolate: config.isolate ?? 'auto', pictures }
  const side = tableSide({
    table,
    log,
    replicaId,
    pool: config.pool,
    device,
    publicUrl,
    heartbeatMs: config.heartbeatMs,
  })
  const reconciler = new Reconciler({
    models: new ModelRegistry({ cache, pool, residency, settings, loadWaitMsMax, engineBytes }),
    pool,
    metrics,
    log,
    limits: {
      wasteMax: 0.06,
      runMsMax: device === 'cuda' ? 100 : 50,
      queuedMax: config.queuedMax ?? 8192,
      waitMsMax,
      requestMsMax: 60_000,
      timeoutMs: config.requestTimeoutMs,
      cacheBudget: new CacheBudget(),
    },
    now: Date.now,
    device,
    keys: new KeyCounts({ metrics }),
    ...side,
    intervalMs: config.reconcileMs ?? 2000,
  })

  const refusals = new RepeatedRefusals({
    onRepeat: () => {
      metrics.errors.inc({ code: 'overloaded' })
      metrics.httpRequests.inc({ method: 'POST', route: 'repeated refusal', status: '429' })
    },
  })
  let notReady: string | undefined = 'the deployments are being loaded'
  const ready = cache
    .sweep()
    .catch((error) => log.warn({ err: error }, 'the cache of models could not be cleaned'))
    .then(() => reconciler.start())
    .then(() => {
      if (notReady !== 'draining') notReady = undefined
    })
  const app = createServingApp({
    device,
    verify: sharedVerifier({ verify: createVerifier({ table, adminKeySha256 }) }),
    router: createRouter(() => reconciler.deployments, side),
    metrics,
    log,
    readiness: { reason: () => notReady },
    admission: createAdmission(() => servedBy(reconciler.deployments.values())),
  })
  return {
    app,
    refusals,
    engineCount: engines.length,
    ready,
    async drain() {
      notReady = 'draining'
      await pool.idle()
    },
    async close() {
      notReady = 'draining'
      await reconciler.close()
      await pool.close()
      pictures.close()
    },
  }
}

function* servedBy(deployments: Iterable<ServedDeployment>): Generator<Served> {
  for (const { slots } of deployments) for (const { served } of slots) if (served !== undefined) yield served
}
