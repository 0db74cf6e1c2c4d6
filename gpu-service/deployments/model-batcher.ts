import { errors } from '../../shared/errors.ts'
import type { DeploymentItem } from '../../shared/table/deployments.ts'
import type { BatchObserver } from '../batcher/batch-observer.ts'
import { Batcher } from '../batcher/batcher.ts'
import { ModelLost } from '../engine/engine.ts'
import type { GatedQueue } from '../models/gated-queue.ts'
import { graphId } from '../models/graph-id.ts'
import type { ModelLease } from '../models/model-lease.ts'
import type { TaskModel } from '../tasks/task-model.ts'
import type { SlotParts } from './slot-parts.ts'

export interface ModelBatcherOptions<Input, Output> {
  /** One capability of the model. */
  model: TaskModel<Input, Output>
  lease: ModelLease
  item: Pick<DeploymentItem, 'name' | 'resultCache'>
  parts: Pick<SlotParts, 'pool' | 'limits' | 'device'>
  observe: BatchObserver
}

/**
 * Creates the queue for one kind of call to a model, and the gate that lets its work run only while the model is
 * loaded.
 */
export function createModelBatcher<Input, Output>({
  model,
  lease,
  item,
  parts: { pool, limits, device },
  observe,
}: ModelBatcherOptions<Input, Output>): { batcher: Batcher<Input, Output>; gate: GatedQueue } {
  const modelId = graphId({ modelId: lease.modelId, graph: model.graph })
  const batcher = new Batcher<Input, Output>({
    scheduler: {
      wake: () => gate.wake(),
      waitMs: (aheadMs) => pool.waitMs(gate, aheadMs),
      engineCount: pool.engineCount,
    },
    observe,
    limits: {
      ...limits,
      cachedMax: item.resultCache?.entries ?? limits.cachedMax,
      costMax: model.costMax,
      itemsMax: model.itemsMax,
    },
    sizeOf: (input) => model.sizeOf(input),
    tokensOf: model.tokensOf,
    groupOf: model.groupOf,
    keyOf: model.keyOf,
    // Host memory is allocated on demand, so a refusal means that there is not enough at all.
    sharesMemory: () => device === 'cuda' && lease.hasNeighbours,
    run: async (inputs, engine, how) => {
      const tensors = await engine.run({ modelId, ...model.encode(inputs), ...how }).catch((error) => {
        throw error instanceof ModelLost ? errors.modelNotReady(item.name, error.message) : error
      })
      return model.decode(tensors, inputs)
    },
  })
  const gate = lease.gate({ queue: batcher, graph: model.graph })
  return { batcher, gate }
}
