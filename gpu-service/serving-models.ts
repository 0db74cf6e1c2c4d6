import type { Logger } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { ObjectStore } from '../shared/objects/object-store.ts'
import { createEngines } from './engine/create-engines.ts'
import type { LostModel } from './engine/engine.ts'
import { EnginePool } from './engine/engine-pool.ts'
import { engineBytes } from './models/engine-bytes.ts'
import { modelIdOf } from './models/graph-id.ts'
import { defaultModelMemoryBytes } from './models/memory-budget.ts'
import { ModelCache } from './models/model-cache.ts'
import { ModelRegistry } from './models/model-registry.ts'
import { observedResidency } from './models/observed-residency.ts'
import type { ServingConfig } from './serving-config.ts'
import { openNetwork } from './tasks/image/open-network.ts'
import { createPictures } from './tasks/image/pictures.ts'
import { createRemotePictures } from './tasks/image/remote-pictures.ts'
import type { RunSettings } from './tasks/task.ts'
import { SlowAllowance } from './tasks/text/slow-allowance.ts'

interface ServingModelsOptions {
  objects: ObjectStore
  config: ServingConfig
  log: Logger
  metrics: Metrics
  /** The location of `engine/worker.ts`, or of its bundle. */
  workerUrl: URL
  /** Called for a model that an engine could not take again. */
  onLoss: (lost: LostModel) => void
}

/** The engines, the models they may load, and their sources. */
export function createServingModels({ objects, config, log, metrics, workerUrl, onLoss }: ServingModelsOptions) {
  const { device, cacheDir, intraOpThreads, engineEnvironment: environment = {} } = config
  const engines = createEngines({
    ...{ device, engines: config.engines, intraOpThreads, environment, workerUrl },
    onDeath(error) {
      metrics.errors.inc({ code: 'engine_died' })
      log.error({ err: error }, 'an engine died and is being replaced')
    },
    onLoss: ({ modelId, error }) => onLoss({ modelId: modelIdOf(modelId), error }),
  })
  const pool = new EnginePool({ engines, stagedMax: device === 'cuda' ? 1 : 0 })
  const { cacheMaxBytes = 20 * 1000 ** 3 } = config
  const onDamage = ({ path }: { path: string }) => {
    metrics.cacheRepairs.inc()
    log.warn({ path }, 'a file in the model cache was damaged and is downloaded again')
  }
  const cache = new ModelCache({ objects, root: cacheDir, maxBytes: cacheMaxBytes, onDamage })
  const pictures = createPictures({
    processUrl: new URL('./tasks/image/picture-process.ts', import.meta.url),
    remote: config.remoteImages === true ? createRemotePictures(openNetwork) : undefined,
  })
  const { modelMemoryMaxBytes = defaultModelMemoryBytes({ device }), loadWaitMsMax = 30_000 } = config
  // Half of the wait, because a model has its callers' work to do after its turn has come, too.
  const residency = observedResidency({ maxBytes: modelMemoryMaxBytes, waitMsMax: loadWaitMsMax / 2, metrics })
  const slowTexts = new SlowAllowance()
  const settings: RunSettings = { device, isolate: config.isolate ?? 'auto', pictures, slowTexts }
  return {
    pool,
    cache,
    models: new ModelRegistry({
      ...{ cache, pool, residency, settings, loadWaitMsMax },
      engineBytes: () => engineBytes({ device, pids: engines.map(({ pid }) => pid) }),
    }),
    engineCount: engines.length,
    /** Ends the engines after their current work. */
    async close() {
      await pool.close()
      pictures.close()
      cache.close()
    },
  }
}
