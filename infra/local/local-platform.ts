import { createAuthApp } from '../../functions/auth/app.ts'
import { createHubApp } from '../../functions/hub/app.ts'
import { createMaintenanceApp } from '../../functions/maintenance/app.ts'
import { defaultLimits as maintenanceLimits } from '../../functions/maintenance/parts.ts'
import { createRegistryApp } from '../../functions/registry/app.ts'
import { startServing } from '../../gpu-service/serving.ts'
import { createVerifier } from '../../shared/auth/verify.ts'
import type { Logger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import { defaultPool } from '../../shared/table/deployment-item.ts'
import type { TableScan } from '../../shared/table/scan.ts'
import type { Table } from '../../shared/table/table.ts'
import { version } from '../../shared/version.ts'
import type { DataFolder } from './data-folder.ts'
import { dispatch } from './dispatch.ts'
import type { LocalSettings } from './environment.ts'
import { createLocalQueues } from './local-queues.ts'
import { startWorkers } from './start-workers.ts'

const reconcileMs = 250

/** The apps and handlers of AWS, over a table, a folder and queues in this process. */
export function createLocalPlatform({ table, scan, folder, settings, log }: LocalPlatformOptions) {
  const metrics = createMetrics()
  const objects = createFolderObjectStore({ root: folder.root })
  const queues = createLocalQueues({ log })
  const { ingest } = queues
  const now = () => new Date()

  const poolDevices = { [defaultPool]: 'cpu' } as const
  const platform = { table, verify: createVerifier({ table }), metrics, quotas: settings.quotas }
  const serving = startServing({
    table,
    objects,
    config: {
      ...settings.run,
      device: 'cpu',
      cacheDir: folder.cacheDir,
      reconcileMs,
      replicaId: 'local',
    },
    log: log.child({ service: 'serving' }),
    metrics,
    workerUrl: new URL('../../gpu-service/engine/worker.ts', import.meta.url),
  })
  const registry = createRegistryApp({
    ...platform,
    ingest,
    version,
    poolDevices,
    log: log.child({ service: 'registry' }),
  })
  const hub = createHubApp({
    ...platform,
    objects,
    ingest,
    mirror: settings.mirror,
    log: log.child({ service: 'hub' }),
  })
  const auth = createAuthApp({ ...platform, registration: settings.registration, log: log.child({ service: 'auth' }) })
  const maintenanceParts = {
    table,
    scan,
    objects,
    queue: queues.maintenance,
    ingest,
    log: log.child({ service: 'maintenance' }),
    now,
    // Nothing runs longer within one process.
    limits: { ...maintenanceLimits, settleSeconds: 5 },
  }
  const maintenance = createMaintenanceApp({ ...platform, parts: maintenanceParts, log: maintenanceParts.log })

  return {
    fetch: dispatch({ registry, auth, hub, maintenance, serving: serving.app }),
    serving,
    /** Starts background work: queues, unfinished imports, drops. */
    run: () =>
      startWorkers({
        ...{ table, objects, root: folder.root, queues, settings, poolDevices, metrics, log, now },
        maintenance: maintenanceParts,
      }),
  }
}

interface LocalPlatformOptions {
  table: Table
  scan: TableScan
  folder: DataFolder
  settings: LocalSettings
  log: Logger
}
