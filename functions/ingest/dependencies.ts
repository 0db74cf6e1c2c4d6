import type { ModelSource } from '../../shared/hf/source.ts'
import type { IngestMessage } from '../../shared/ingest/message.ts'
import type { Logger } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { dropQuietSeconds } from '../../shared/model/drop-rest.ts'
import type { ObjectStore } from '../../shared/objects/object-store.ts'
import type { Queue } from '../../shared/queue/queue.ts'
import type { PoolDevices } from '../../shared/repos/pool-devices.ts'
import type { ImportItem } from '../../shared/table/imports.ts'
import { defaultQuotas } from '../../shared/table/quotas.ts'
import type { Table } from '../../shared/table/table.ts'

/** What every step of an import works with. */
export interface IngestDependencies {
  table: Table
  objects: ObjectStore
  queue: Queue<IngestMessage>
  openSource: (item: ImportItem) => ModelSource
  limits: IngestLimits
  /** The configured device of each pool. */
  poolDevices?: PoolDevices | undefined
  log: Logger
  metrics: Metrics
  now: () => Date
}

export interface IngestLimits {
  /** Larger files are transferred in parts of this size. */
  partSizeBytes: number
  filesMax: number
  bytesMax: number
  /** Per file; verification reads the whole of it in one go. */
  fileBytesMax: number
  /** How long a drop without a marker must stay unchanged to be complete. */
  dropQuietSeconds: number
  /** The default quotas of owners. */
  reposMax: number
  storedBytesMax: number
}

export const defaultLimits: IngestLimits = {
  partSizeBytes: 64 * 1024 ** 2,
  filesMax: 10_000,
  bytesMax: 2 * 1024 ** 4,
  fileBytesMax: 2 * 1024 ** 4,
  dropQuietSeconds,
  reposMax: defaultQuotas.repos,
  storedBytesMax: defaultQuotas.storedBytes,
}
