import type { CallOptions } from '../batcher/call-options.ts'
import type { InferenceStatistics } from '../batcher/inference-statistics.ts'
import type { ItemQueue } from '../batcher/item-queue.ts'
import type { TaskService } from '../tasks/task.ts'

/** What a protocol needs of a deployment that answers. */
export interface Served {
  task: string
  describe: Record<string, unknown>
  service: TaskService
  /** The queues that its work waits in, one for each way to ask the model. */
  queues: readonly ItemQueue[]
  statistics: InferenceStatistics
  /** Keeps it from being given back until what this gives is called: for a request, from its route to its answer. */
  hold: () => () => void
}

/** Refuses before any work was put into a request. @throws AppError `overloaded` */
export function assertRoom({ queues }: Pick<Served, 'queues'>, options?: Partial<CallOptions>): void {
  for (const queue of queues) queue.assertRoom(1, options)
}
