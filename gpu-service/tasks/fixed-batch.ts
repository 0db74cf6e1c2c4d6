import type { TensorSignature } from '../../shared/contract/repo.ts'
import type { TaskModel } from './task.ts'

/** A dimension that a graph was exported with as a number, where others leave it open. */
export const fixedSize = (dimension: number | string | undefined): number | undefined =>
  typeof dimension === 'number' && dimension > 0 ? dimension : undefined

/** How many inputs a graph takes at once, where it was exported for just so many. */
export const fixedBatch = (inputs: readonly Pick<TensorSignature, 'shape'>[]): number | undefined =>
  inputs.map(({ shape }) => fixedSize(shape?.[0])).find((size) => size !== undefined)

/**
 * Serves a graph that was exported for so many inputs at once, as `torch.onnx.export` does unless it is told which axes
 * are dynamic: each run has just as many, and copies of the last one stand where there are fewer. Copies, because they
 * change nothing for a graph that quantises over its whole batch.
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
    // However few there are, a run takes as long as a full one.
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
