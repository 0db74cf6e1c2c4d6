import type { CallOptions } from '../batcher/call-options.ts'
import type { InferenceStatistics } from '../batcher/inference-statistics.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import type { TaskService } from '../tasks/task.ts'

/** What protocols need of a deployment that answers. */
export interface Served {
  task: string
  describe: Record<string, unknown>
  service: TaskService
  /** The queues of its work, one per capability. */
  queues: readonly ItemQueue[]
  statistics: InferenceStatistics
  /** Delays its release until the returned function is called: from a request's routing to its answer. */
  hold: () => () => void
}

/** Refuses a request before any work on it. @throws AppError `overloaded` */
export function assertRoom({ queues }: Pick<Served, 'queues'>, options?: Partial<CallOptions>): void {
  for (const queue of queues) queue.assertRoom(1, options)
}
