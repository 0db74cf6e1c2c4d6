import { hostname } from 'node:os'
import { createLogger } from '../shared/log.ts'
import { createMetrics } from '../shared/metrics.ts'
import { createS3ObjectStore } from '../shared/objects/s3-object-store.ts'
import { createSignedReads } from '../shared/table/signed-reads.ts'
import { openTable } from '../shared/table/table.ts'
import { unknownSettings } from '../shared/unknown-settings.ts'
import { drainOnSignal } from './drain-on-signal.ts'
import { emitLoad } from './emf.ts'
import { engineEnvironment } from './engine/engine-environment.ts'
import { listen } from './listen.ts'
import { startServing } from './serving.ts'
import { readServiceSettings, runConfigOf, serviceSettingNames } from './settings.ts'

/** The container's composition root. */
const environment = readServiceSettings(process.env)

const log = createLogger({ level: environment.SLIPWAY_LOG_LEVEL, name: 'gpu-service' })
for (const line of unknownSettings({ environment: process.env, known: serviceSettingNames })) log.warn(line)
const metrics = createMetrics()
const serving = startServing({
  table: openTable({ tableName: environment.SLIPWAY_TABLE, createReads: createSignedReads }),
  objects: createS3ObjectStore({ bucket: environment.SLIPWAY_BUCKET }),
  config: {
    ...runConfigOf(environment),
    device: environment.SLIPWAY_DEVICE,
    cacheDir: environment.SLIPWAY_CACHE_DIR,
    publicUrl: environment.SLIPWAY_PUBLIC_URL,
    engineEnvironment: engineEnvironment(process.env),
    pool: environment.SLIPWAY_POOL,
    replicaId: `${hostname()}-${process.pid}`,
    adminKeySha256: environment.SLIPWAY_ADMIN_KEY_SHA256,
  },
  log,
  metrics,
  workerUrl: new URL('./engine/worker.ts', import.meta.url),
})
const server = listen({
  fetch: serving.app.fetch,
  refusals: serving.refusals,
  port: environment.SLIPWAY_PORT,
  onListening: (port) => log.info({ port, url: environment.SLIPWAY_PUBLIC_URL }, 'listening'),
})
drainOnSignal({
  server,
  serving,
  log,
  drainMs: environment.SLIPWAY_DRAIN_MS,
  graceMs: environment.SLIPWAY_GRACE_MS,
  exit: (code) => process.exit(code),
})
if (environment.SLIPWAY_EMF_NAMESPACE !== undefined)
  emitLoad({
    namespace: environment.SLIPWAY_EMF_NAMESPACE,
    pool: environment.SLIPWAY_POOL,
    engines: serving.engineCount,
    metrics,
    write: (line) => process.stdout.write(`${line}\n`),
  })
