import type { ModelBucket } from './model-bucket.ts'
import type { ModelTable } from './model-table.ts'
import type { WorkQueue } from './work-queue.ts'

/** The resources of the data stack that everything else uses. */
export interface PlatformData {
  readonly table: ModelTable
  readonly models: ModelBucket
  /** Import steps. */
  readonly ingest: WorkQueue
  /** Objects dropped into the bucket. */
  readonly drops: WorkQueue
  /** Maintenance jobs. */
  readonly maintenance: WorkQueue
}
