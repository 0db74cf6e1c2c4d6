import { join } from 'node:path'
import { cleanUp } from '../../functions/cleanup/clean-up.ts'
import { handleDrop } from '../../functions/drop/handle-drop.ts'
import { defaultLimits, type IngestDependencies } from '../../functions/ingest/dependencies.ts'
import { handleMessage } from '../../functions/ingest/handle-message.ts'
import { sourceOpener } from '../../functions/ingest/sources/open-source.ts'
import { runJob } from '../../functions/maintenance/jobs/run-job.ts'
import { resumeJob } from '../../functions/maintenance/jobs/start-job.ts'
import type { MaintenanceParts } from '../../functions/maintenance/parts.ts'
import type { Logger } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Table } from '../../shared/table/table.ts'
import { droppedLinks } from './dropped-links.ts'
import type { LocalSettings } from './environment.ts'
import type { LocalQueues } from './local-queues.ts'
import { sweepFolder } from './sweep-folder.ts'
import { watchDrops } from './watch-drops.ts'

/** How long a dropped folder without a marker must stay unchanged to be imported. */
const quietSeconds = 60
const watchMs = 500

interface Workers {
  table: Table
  objects: ObjectStore
  /** The folder of the object store. */
  root: string
  queues: LocalQueues
  settings: LocalSettings
  poolDevices: IngestDependencies['poolDevices']
  maintenance: MaintenanceParts
  metrics: Metrics
  log: Logger
  now: () => Date
}

/** Starts what AWS runs by messages, events and schedules: imports, drops, maintenance, cleanup. @returns how to stop it */
export async function startWorkers(workers: Workers): Promise<() => Promise<void>> {
  const { table, objects, root, queues, maintenance, log, now } = workers
  const { ingest, drops } = queues
  const [imports, dropped] = [importParts(workers), dropParts(workers)]
  await sweepFolder({ root, now: now() })
  ingest.consume((message, delivery) => handleMessage(message, delivery, imports))
  drops.consume((message) => handleDrop(message, dropped))
  queues.maintenance.consume((message, delivery) => runJob(message, delivery, maintenance))
  for (const fault of await cleanUp({ table, queue: ingest, before: now(), now: now(), log }))
    log.error({ err: fault }, 'not all unfinished work could be resumed; the next start tries again')
  await resumeJob(maintenance)
  const watch = watchDrops({ objects, drops, intervalMs: watchMs, log })
  return async () => {
    watch.close()
    await Promise.all([drops.close(), ingest.close(), queues.maintenance.close()])
  }
}

function importParts({ table, objects, root, queues, settings, poolDevices, metrics, log, now }: Workers) {
  const { hfEndpoint, hfToken, dataPath, quotas } = settings
  return {
    table,
    objects,
    queue: queues.ingest,
    openSource: sourceOpener({
      objects,
      hfEndpoint,
      hfToken,
      leftOutOf: (folder) => droppedLinks({ root, folder }),
      bucketAddress: join(dataPath, '/'),
    }),
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
}

const dropParts = ({ table, objects, queues, settings, log, now }: Workers) => ({
  table,
  objects,
  ingest: queues.ingest,
  drops: queues.drops,
  quietSeconds,
  importsMax: settings.quotas.imports,
  log: log.child({ service: 'drop' }),
  now,
})
