import type { TensorSignature } from '../../shared/contract/repo.ts'
import type { TaskModel } from './task-model.ts'

/** The size of a dimension that a graph was exported with, if it is fixed. */
export const fixedSize = (dimension: number | string | undefined): number | undefined =>
  typeof dimension === 'number' && dimension > 0 ? dimension : undefined

/** The number of inputs per run, if the graph was exported with a fixed batch size. */
export const fixedBatch = (inputs: readonly Pick<TensorSignature, 'shape'>[]): number | undefined =>
  inputs.map(({ shape }) => fixedSize(shape?.[0])).find((size) => size !== undefined)

/**
 * Adapts a model to a graph with a fixed batch size, which `torch.onnx.export` makes unless it is told which axes are
 * dynamic. Smaller batches are filled with copies of their last input, because copies do not change the result of a
 * graph that quantises over its whole batch.
 */
export function inFixedBatches<Input, Output>(
  model: TaskModel<Input, Output>,
  size: number | undefined,
): TaskModel<Input, Output> {
  if (size === undefined) return model
  if (size === 1) return { ...model, itemsMax: 1 }
  const filled = (batch: readonly Input[]): Input[] =>
    Array.from({ length: size }, (_, at) => batch[at] ?? lastOf(batch))
  return {
    ...model,
    // A run takes as long as a full one, however few inputs it has.
    sizeOf: () => 1,
    costMax: size,
    itemsMax: Math.min(model.itemsMax, size),
    encode: (batch) => model.encode(filled(batch)),
    decode: (tensors, batch) => model.decode(tensors, filled(batch)).slice(0, batch.length),
  }
}

function lastOf<Input>(batch: readonly Input[]): Input {
  const last = batch.at(-1)
  if (last === undefined) throw new Error('a batch is empty')
  return last
}
