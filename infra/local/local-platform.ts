import { join } from 'node:path'
import { createAuthApp } from '../../functions/auth/app.ts'
import { cleanUp } from '../../functions/cleanup/clean-up.ts'
import type { DropMessage } from '../../functions/drop/drop-message.ts'
import { handleDrop } from '../../functions/drop/handle-drop.ts'
import { createHubApp } from '../../functions/hub/app.ts'
import { defaultLimits } from '../../functions/ingest/dependencies.ts'
import { handleMessage } from '../../functions/ingest/handle-message.ts'
import { sourceOpener } from '../../functions/ingest/sources/open-source.ts'
import { createMaintenanceApp } from '../../functions/maintenance/app.ts'
import type { MaintenanceMessage } from '../../functions/maintenance/jobs/message.ts'
import { runJob } from '../../functions/maintenance/jobs/run-job.ts'
import { resumeJob } from '../../functions/maintenance/jobs/start-job.ts'
import { defaultLimits as maintenanceLimits } from '../../functions/maintenance/parts.ts'
import { createRegistryApp } from '../../functions/registry/app.ts'
import { startServing } from '../../gpu-service/serving.ts'
import { createVerifier } from '../../shared/auth/verify.ts'
import { groupOf } from '../../shared/ingest/group-of.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import { createMetrics } from '../../shared/metrics.ts'
import { createFolderObjectStore } from '../../shared/objects/folder-object-store.ts'
import { LocalQueue } from '../../shared/queue/local-queue.ts'
import { receivesMax } from '../../shared/queue/queue.ts'
import { defaultPool } from '../../shared/table/deployment-item.ts'
import type { TableScan } from '../../shared/table/scan.ts'
import type { Table } from '../../shared/table/table.ts'
import { version } from '../../shared/version.ts'
import type { DataFolder } from './data-folder.ts'
import { dispatch } from './dispatch.ts'
import { droppedLinks } from './dropped-links.ts'
import type { LocalSettings } from './environment.ts'
import { sweepFolder } from './sweep-folder.ts'
import { watchDrops } from './watch-drops.ts'

/** How long a dropped folder without a marker must stay unchanged to be imported. */
const quietSeconds = 60
const watchMs = 500
const reconcileMs = 250

/** One import transfers eight files at once, and other imports still get turns. */
const ingestTurns = { groupOf, concurrency: 10, keptForOthers: 2 }

/** The apps and handlers of AWS, over a table, a folder and queues in this process. */
export function createLocalPlatform({ table, scan, folder, settings, log }: LocalPlatformOptions) {
  const metrics = createMetrics()
  const objects = createFolderObjectStore({ root: folder.root })
  const onFailure = ({ error, dead }: { error: unknown; dead: boolean }) =>
    log.error({ err: error, dead }, dead ? 'a message was given up' : 'a message failed and will be tried again')
  const queueOptions = { visibilityTimeoutMs: 6 * 3_600_000, maxReceiveCount: receivesMax, concurrency: 8, onFailure }
  const ingest = new LocalQueue<IngestMessage>({ name: 'ingest', ...queueOptions, ...ingestTurns })
  const drops = new LocalQueue<DropMessage>({ name: 'drops', ...queueOptions })
  const maintenanceQueue = new LocalQueue<MaintenanceMessage>({ name: 'maintenance', ...queueOptions })
  const now = () => new Date()

  const { quotas } = settings
  const poolDevices = { [defaultPool]: 'cpu' } as const
  const platform = { table, verify: createVerifier({ table }), metrics, quotas }
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
    queue: maintenanceQueue,
    ingest,
    log: log.child({ service: 'maintenance' }),
    now,
    // Nothing runs longer within one process.
    limits: { ...maintenanceLimits, settleSeconds: 5 },
  }
  const maintenance = createMaintenanceApp({ ...platform, parts: maintenanceParts, log: maintenanceParts.log })

  const { hfEndpoint, hfToken } = settings
  const openSource = sourceOpener({
    objects,
    hfEndpoint,
    hfToken,
    leftOutOf: (dropped) => droppedLinks({ root: folder.root, folder: dropped }),
    bucketAddress: join(settings.dataPath, '/'),
  })
  const steps = {
    table,
    objects,
    queue: ingest,
    openSource,
    poolDevices,
    limits: {
      ...defaultLimits,
      dropQuietSeconds: quietSeconds,
      reposMax: quotas.repos,
      storedBytesMax: quotas.storedBytes,
    },
    log: log.child({ service: 'ingest' }),
    metrics,
    now,
  }
  const dropSteps = {
    table,
    objects,
    ingest,
    drops,
    quietSeconds,
    importsMax: quotas.imports,
    log: log.child({ service: 'drop' }),
    now,
  }

  return {
    fetch: dispatch({ registry, auth, hub, maintenance, serving: serving.app }),
    serving,
    /** Starts background work: queues, unfinished imports, drops. */
    async run() {
      await sweepFolder({ root: folder.root, now: now() })
      ingest.consume((message, delivery) => handleMessage(message, delivery, steps))
      drops.consume((message) => handleDrop(message, dropSteps))
      maintenanceQueue.consume((message, delivery) => runJob(message, delivery, maintenanceParts))
      for (const fault of await cleanUp({ table, queue: ingest, before: now(), now: now(), log }))
        log.error({ err: fault }, 'not all unfinished work could be resumed; the next start tries again')
      await resumeJob(maintenanceParts)
      const watch = watchDrops({ objects, drops, intervalMs: watchMs, log })
      return async () => {
        watch.close()
        await Promise.all([drops.close(), ingest.close(), maintenanceQueue.close()])
      }
    },
  }
}

interface LocalPlatformOptions {
  table: Table
  scan: TableScan
  folder: DataFolder
  settings: LocalSettings
  log: Logger
}
