import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Embedding, EmbeddingInput } from '../feature-extraction/embeddings.ts'
import { rowsOf } from '../float-tensors.ts'
import { runsAlone } from '../isolation.ts'
import type { ModelSource, TaskModel } from '../task.ts'
import { idsKey } from '../text/ids-key.ts'
import type { TextSettings } from '../text/text-settings.ts'
import { type TokenInputs, tokenTensors } from '../text/token-tensors.ts'
import type { SparseConfig } from './sparse-config.ts'
import { wordCostMax } from './word-cost.ts'
import { largestOutput, summedOutput } from './word-graph.ts'
import { placesOfTexts, wordPlaces } from './word-places.ts'

/** A text's answer is as long as the vocabulary, and each is gone through on the thread that answers. */
const itemsMax = 32

/** Texts to a number for every word of the vocabulary. */
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
  return {
    graph: 'main',
    // A text without tokens is padding alone, and still a run.
    sizeOf: ({ ids }) => Math.max(1, ids.length),
    costMax: wordCostMax({ device: settings.device, logits, vocabularySize }),
    itemsMax: runsAlone({ isolate: settings.isolate, graph }) ? 1 : itemsMax,
    keyOf: ({ ids }) => idsKey(ids),
    encode: (batch) => ({
      inputs: {
        ...tokenTensors({ inputs, batch, padTokenId, positionOffset }),
        ...wordPlaces({ answers: placesOfTexts(batch.map(({ ids }) => ids.length)), counts: config.pooling === 'sum' }),
      },
      outputs: [output],
    }),
    decode: (tensors, batch) => rowsOf(tensors, output, batch.length),
  }
}

interface SparseModel {
  source: Pick<ModelSource, 'settings'> & { graph: Pick<OnnxHeader, 'operators'> }
  inputs: TokenInputs
  texts: Pick<TextSettings, 'padTokenId' | 'positionOffset' | 'vocabularySize'>
  config: Pick<SparseConfig, 'pooling'>
  /** The graph's numbers for every word. */
  logits: Pick<TensorSignature, 'shape'>
}

/** The output that has a number for every word at every token. @throws AppError `unsupported_model` */
export function logitsOf({ graph, file }: Pick<ModelSource, 'graph' | 'file'>): TensorSignature {
  const found =
    graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs.find(({ shape }) => shape?.length === 3)
  if (found?.type.startsWith('float')) return found
  throw errors.unsupportedModel(`"${file}" has no output of floats for every word, such as "logits".`)
}
