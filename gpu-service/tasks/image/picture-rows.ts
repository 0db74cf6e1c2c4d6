import type { Embedding } from '../feature-extraction/embedding-input.ts'
import { inFixedBatches } from '../fixed-batch.ts'
import { rowsOf } from '../float-tensors.ts'
import type { TaskModel } from '../task-model.ts'
import type { PictureModel } from './picture-model.ts'
import type { Planes } from './pixel-values.ts'

/** A task model that runs pictures through a graph and returns one row of the output for each. */
export function pictureRows({ picture, graph, output, alone, decode }: PictureRows): TaskModel<Planes, Embedding> {
  const model: TaskModel<Planes, Embedding> = {
    graph,
    sizeOf: () => 1,
    costMax: picture.itemsMax,
    itemsMax: alone ? 1 : picture.itemsMax,
    encode: (batch) => ({ inputs: { [picture.input]: picture.tensor(batch) }, outputs: [output] }),
    decode: decode ?? ((tensors, batch) => rowsOf(tensors, output, batch.length)),
  }
  return inFixedBatches(model, picture.batchSize)
}

interface PictureRows {
  picture: PictureModel
  graph: string
  output: string
  /** One picture per run, because the others in a batch would change its answer. */
  alone: boolean
  decode?: TaskModel<Planes, Embedding>['decode'] | undefined
}

/** One picture, and a full batch. */
export function pictureWarmUp({ model, picture }: { model: TaskModel<Planes, Embedding>; picture: PictureModel }) {
  const counts = model.itemsMax === 1 ? [1] : [1, model.itemsMax]
  return counts.map((count) => ({
    graph: model.graph,
    cost: count,
    call: () => model.encode(Array<Planes>(count).fill(picture.blank)),
  }))
}
