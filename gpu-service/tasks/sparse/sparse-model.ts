import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Embedding, EmbeddingInput } from '../feature-extraction/embedding-input.ts'
import { fixedBatch, inFixedBatches } from '../fixed-batch.ts'
import { rowsOf } from '../float-tensors.ts'
import { runsAlone } from '../isolation.ts'
import type { ModelSource } from '../task.ts'
import type { TaskModel } from '../task-model.ts'
import { idsKey } from '../text/ids-key.ts'
import type { TextSettings } from '../text/text-settings.ts'
import { type TokenInputs, tokenTensors, widthOf } from '../text/token-tensors.ts'
import type { SparseConfig } from './sparse-config.ts'
import { wordCostMax } from './word-cost.ts'
import { largestOutput, summedOutput } from './word-graph.ts'
import { placesOfTexts, wordPlaces } from './word-places.ts'

/** Each answer is as long as the vocabulary and is scanned on the thread that serves all requests. */
const itemsMax = 32

/** Converts texts to a number for every word of the vocabulary. */
export function sparseModel({
  source,
  inputs,
  texts,
  config,
  logits,
}: SparseModel): TaskModel<EmbeddingInput, Embedding> {
  const { settings, graph } = source
  const { padTokenId, positionOffset, vocabularySize } = texts
  const output = config.pooling === 'max' ? largestOutput : summedOutput
  const model: TaskModel<EmbeddingInput, Embedding> = {
    graph: 'main',
    // A text without tokens is all padding, but still costs a run.
    sizeOf: ({ ids }) => inputs.width ?? Math.max(1, ids.length),
    tokensOf: ({ ids }) => ids.length,
    costMax: wordCostMax({ device: settings.device, logits, vocabularySize }),
    itemsMax: runsAlone({ isolate: settings.isolate, graph }) ? 1 : itemsMax,
    keyOf: ({ ids }) => idsKey(ids),
    encode(batch) {
      const lengths = batch.map(({ ids }) => ids.length)
      const answers = placesOfTexts({ lengths, width: widthOf(inputs, batch) })
      const tokens = tokenTensors({ inputs, batch, padTokenId, positionOffset })
      return { inputs: { ...tokens, ...wordPlaces({ answers, counts: config.pooling === 'sum' }) }, outputs: [output] }
    },
    decode: (tensors, batch) => rowsOf(tensors, output, batch.length),
  }
  return inFixedBatches(model, fixedBatch(graph.inputs))
}

interface SparseModel {
  source: Pick<ModelSource, 'settings'> & { graph: Pick<OnnxHeader, 'operators' | 'inputs'> }
  inputs: TokenInputs
  texts: Pick<TextSettings, 'padTokenId' | 'positionOffset' | 'vocabularySize'>
  config: Pick<SparseConfig, 'pooling'>
  /** The output with a number for every word. */
  logits: Pick<TensorSignature, 'shape'>
}

/** Returns the output with a number for every word at every token. @throws AppError `unsupported_model` */
export function logitsOf({ graph, file }: Pick<ModelSource, 'graph' | 'file'>): TensorSignature {
  const found =
    graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs.find(({ shape }) => shape?.length === 3)
  if (found?.type.startsWith('float')) return found
  throw errors.unsupportedModel(`"${file}" has no output of floats for every word, such as "logits".`)
}
