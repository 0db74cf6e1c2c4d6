import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { readModules } from '../feature-extraction/pooling-config.ts'

export interface SparseConfig {
  /** What a word's weight is of those that it has at each token: the largest, or all of them together. */
  pooling: 'max' | 'sum'
  /** How often a word's logit, where it is over 0, is taken the logarithm of 1 more of: by OpenSearch's models twice. */
  logarithms: 1 | 2
  /** Which file says so. */
  source: string
}

const architecture = z.object({ architectures: z.array(z.string()).nullish() })
const spladeConfig = z.object({
  pooling_strategy: z.enum(['max', 'sum']).default('max'),
  activation_function: z.enum(['relu', 'log1p_relu']).default('relu'),
})

/**
 * Whether a repo's vectors have a weight for every word of the vocabulary, as SPLADE's do: its modules say so, or it lists
 * none and is a model of masked words. @throws AppError `unsupported_model` naming what is not served
 */
export async function readSparse(
  files: ModelFiles,
  { outputs }: Pick<OnnxHeader, 'outputs'>,
): Promise<SparseConfig | undefined> {
  const declared = await readSplade(files)
  if (declared !== undefined) return declared
  const named = (await readConfig(files, 'config.json', architecture))?.architectures ?? []
  // The base of many an embedding model was trained so, and its file gives token vectors all the same.
  const hasLogits = outputs.some(({ name }) => name === 'logits')
  const isDense = (await readModules(files)).length > 0
  return hasLogits && !isDense && named.some((name) => name.endsWith('ForMaskedLM')) ? spladeOfWords : undefined
}

/** What SPLADE is where no module says otherwise: of any model of masked words. */
export const spladeOfWords: SparseConfig = { pooling: 'max', logarithms: 1, source: 'config.json' }

/** What the repo's module of the name says. @throws AppError `unsupported_model` naming what is not served */
export async function readSplade(files: ModelFiles): Promise<SparseConfig | undefined> {
  const kinds = await readModules(files)
  const splade = kinds.find(({ kind }) => kind === 'SpladePooling')
  if (splade === undefined) return undefined
  const foreign = kinds.find(({ kind }) => !['Transformer', 'MLMTransformer', 'SpladePooling'].includes(kind))
  if (foreign !== undefined)
    throw errors.unsupportedModel(
      `modules.json names a module "${foreign.kind.slice(0, 100)}" beside SpladePooling, which is not served.`,
    )
  const path = `${splade.path}/config.json`
  const said = (await readConfig(files, path, spladeConfig)) ?? spladeConfig.parse({})
  return {
    pooling: said.pooling_strategy,
    logarithms: said.activation_function === 'log1p_relu' ? 2 : 1,
    source: files.paths.has(path) ? path : 'modules.json',
  }
}
