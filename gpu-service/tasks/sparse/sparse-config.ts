import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { readModules } from '../feature-extraction/pooling-config.ts'

export interface SparseConfig {
  /** How the weights that a word has at each token are combined: their maximum, or their sum. */
  pooling: 'max' | 'sum'
  /** How often log(1 + x) is applied to relu(logit): OpenSearch's models do it twice. */
  logarithms: 1 | 2
  /** How many weights of a text are kept, the largest. @default all */
  weightsMax?: number | undefined
  /** The file that configures it. */
  source: string
}

const architecture = z.object({ architectures: z.array(z.string()).nullish() })
const spladeConfig = z.object({
  pooling_strategy: z.enum(['max', 'sum']).default('max'),
  activation_function: z.enum(['relu', 'log1p_relu']).default('relu'),
})
const sentenceConfig = z.object({ max_active_dims: z.number().int().positive().nullish() })

/**
 * Reads how a repo makes SPLADE vectors, with a weight for every word of the vocabulary: as its modules say, or by
 * default for a masked language model that lists no modules.
 *
 * @returns `undefined` if the repo makes no such vectors
 * @throws AppError `unsupported_model` naming what is not served
 */
export async function readSparse(
  files: ModelFiles,
  { outputs }: Pick<OnnxHeader, 'outputs'>,
): Promise<SparseConfig | undefined> {
  const declared = await readSplade(files)
  if (declared !== undefined) return declared
  const named = (await readConfig(files, 'config.json', architecture))?.architectures ?? []
  // Many dense embedding models have such a base, but their files output token vectors.
  const hasLogits = outputs.some(({ name }) => name === 'logits')
  const isDense = (await readModules(files)).length > 0
  return hasLogits && !isDense && named.some((name) => name.endsWith('ForMaskedLM')) ? defaultSplade : undefined
}

/** SPLADE's defaults, which work for any masked language model. */
export const defaultSplade: SparseConfig = { pooling: 'max', logarithms: 1, source: 'config.json' }

/**
 * Reads the repo's SpladePooling module, if it has one. @throws AppError `unsupported_model` naming what is not served
 */
export async function readSplade(files: ModelFiles): Promise<SparseConfig | undefined> {
  const kinds = await readModules(files)
  const splade = kinds.find(({ kind }) => kind === 'SpladePooling')
  if (splade === undefined) return undefined
  const foreign = kinds.find(({ kind }) => !['Transformer', 'MLMTransformer', 'SpladePooling'].includes(kind))
  if (foreign !== undefined)
    throw errors.unsupportedModel(
      `modules.json lists "${foreign.kind.slice(0, 100)}" together with SpladePooling, which is not served.`,
    )
  const path = `${splade.path}/config.json`
  const config = (await readConfig(files, path, spladeConfig)) ?? spladeConfig.parse({})
  const weightsMax = (await readConfig(files, 'config_sentence_transformers.json', sentenceConfig))?.max_active_dims
  return {
    pooling: config.pooling_strategy,
    logarithms: config.activation_function === 'log1p_relu' ? 2 : 1,
    weightsMax: weightsMax ?? undefined,
    source: files.paths.has(path) ? path : 'modules.json',
  }
}
