import type { ModelBucket } from './model-bucket.ts'
import type { ModelTable } from './model-table.ts'
import type { WorkQueue } from './work-queue.ts'

/** What the data stack holds and everything else works on. */
export interface PlatformData {
  readonly table: ModelTable
  readonly models: ModelBucket
  /** Import steps to be done. */
  readonly ingest: WorkQueue
  /** Objects that were dropped into the bucket. */
  readonly drops: WorkQueue
  /** Work on the registry as a whole. */
  readonly maintenance: WorkQueue
}
