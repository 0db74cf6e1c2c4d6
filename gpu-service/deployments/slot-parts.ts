import type { Logger } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { ModelDevice } from '../../shared/model/precision.ts'
import type { BatchLimits } from '../batcher/cut-batch.ts'
import type { QueueLimits } from '../batcher/item-queue.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import type { LoadFailures } from './load-failures.ts'

/** What all slots of a replica share. */
export interface SlotParts {
  models: ModelRegistry
  device: ModelDevice
  pool: EnginePool
  metrics: Metrics
  log: Logger
  limits: QueueLimits & Pick<BatchLimits, 'wasteMax' | 'runMsMax'>
  now: () => number
  failures: LoadFailures
}
