import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { readModules } from '../feature-extraction/pooling-config.ts'

export interface SparseConfig {
  /** How often a word's largest logit, where it is over 0, is taken the logarithm of 1 more of: by OpenSearch's models twice. */
  logarithms: 1 | 2
  /** Which file says so. */
  source: string
}

const architecture = z.object({ architectures: z.array(z.string()).nullish() })
const spladeConfig = z.object({
  pooling_strategy: z.string().default('max'),
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
  const kinds = await readModules(files)
  const pooling = kinds.find(({ kind }) => kind === 'SpladePooling')
  if (pooling === undefined) {
    const named = (await readConfig(files, 'config.json', architecture))?.architectures ?? []
    // The base of many an embedding model was trained so, and its file gives token vectors all the same.
    const hasLogits = outputs.some(({ name }) => name === 'logits')
    const isMasked = kinds.length === 0 && hasLogits && named.some((name) => name.endsWith('ForMaskedLM'))
    return isMasked ? { logarithms: 1, source: 'config.json' } : undefined
  }
  const foreign = kinds.find(({ kind }) => !['Transformer', 'MLMTransformer', 'SpladePooling'].includes(kind))
  if (foreign !== undefined)
    throw errors.unsupportedModel(
      `modules.json names a module "${foreign.kind}" beside SpladePooling, which is not served.`,
    )
  const path = `${pooling.path}/config.json`
  const config = spladeConfig.parse((await readConfig(files, path, spladeConfig)) ?? {})
  if (config.pooling_strategy !== 'max')
    throw errors.unsupportedModel(`"${path}" asks for the pooling "${config.pooling_strategy}"; "max" is served.`)
  return { logarithms: config.activation_function === 'log1p_relu' ? 2 : 1, source: path }
}
