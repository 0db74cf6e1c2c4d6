import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'
import { type DenseLayer, readDenseLayer } from './dense-layer.ts'

/** In the order in which sentence-transformers concatenates several. */
export const poolings = ['cls', 'max', 'mean', 'mean_sqrt_len_tokens', 'weightedmean', 'lasttoken'] as const
export type Pooling = (typeof poolings)[number]

/** How token vectors become one vector. */
export interface PoolingConfig {
  /** The vectors of several modes are concatenated. */
  modes: readonly Pooling[]
  /** Applied in order after the pooling. */
  steps: readonly VectorStep[]
  /** Whether pooling includes the prompt's tokens. */
  includePrompt: boolean
  /** The file that configures it. */
  source: string
}

export type VectorStep = { kind: 'normalize' } | DenseLayer

/** Whether the model's vectors have length 1. */
export const normalizes = ({ steps }: Pick<PoolingConfig, 'steps'>): boolean => steps.at(-1)?.kind === 'normalize'

const modules = z.array(z.object({ path: z.string(), type: z.string() }))
const poolingModes = z.record(z.string(), z.unknown())
const modelConfig = z.object({ architectures: z.array(z.string()).nullish(), is_causal: z.boolean().nullish() })

/**
 * Reads what sentence-transformers would do with the repo: its modules in order, or a pooling without normalisation if it
 * lists none.
 *
 * @throws AppError `unsupported_model` naming a module that is not served
 */
export async function readPooling(files: ModelFiles): Promise<PoolingConfig> {
  const kinds = await readModules(files)
  const [transformer, pooling, ...rest] = kinds
  if (transformer !== undefined && transformer.kind !== 'Transformer') throw notServed(transformer.kind)
  if (pooling !== undefined && pooling.kind !== 'Pooling') throw notServed(pooling.kind)
  const steps: VectorStep[] = []
  for (const { kind, path } of rest)
    if (kind === 'Normalize') steps.push(await readNormalize(files, path))
    else if (kind === 'Dense') steps.push(await readDenseLayer(files, path))
    // Dropout is active in training only.
    else if (kind !== 'Dropout') throw notServed(kind)
  const path = `${pooling?.path ?? '1_Pooling'}/config.json`
  const config = await readConfig(files, path, poolingModes)
  if (config === undefined) {
    const mode = kinds.length === 0 ? await defaultMode(files) : 'mean'
    const source = `none: ${mode} is the default of sentence-transformers`
    return { modes: [mode], steps, includePrompt: true, source }
  }
  return { modes: modesOf(config, path), steps, includePrompt: config.include_prompt !== false, source: path }
}

/** Only the last token of a causal language model has seen the whole text. */
async function defaultMode(files: ModelFiles): Promise<Pooling> {
  const { architectures, is_causal: isCausal } = (await readConfig(files, 'config.json', modelConfig)) ?? {}
  return architectures?.[0]?.endsWith('ForCausalLM') === true && isCausal !== false ? 'lasttoken' : 'mean'
}

/** The modules of a sentence-transformers repo, by the last part of their type. */
export async function readModules(files: ModelFiles): Promise<{ kind: string; path: string }[]> {
  const listed = (await readConfig(files, 'modules.json', modules)) ?? []
  return listed.map(({ type, path }) => ({ kind: type.split('.').at(-1) ?? type, path }))
}

const normalizeConfig = z.object({ module_input_name: z.string().nullish(), module_output_name: z.string().nullish() })

async function readNormalize(files: ModelFiles, folder: string): Promise<VectorStep> {
  const path = `${folder}/config.json`
  const { module_input_name: from, module_output_name: into } = (await readConfig(files, path, normalizeConfig)) ?? {}
  if ([from ?? vectorName, into ?? from ?? vectorName].every((name) => name === vectorName))
    return { kind: 'normalize' }
  throw errors.unsupportedModel(`"${path}" must normalise "${vectorName}"; nothing else is normalised.`)
}

/** sentence-transformers' name of the pooled vector. */
const vectorName = 'sentence_embedding'

const notServed = (kind: string) =>
  errors.unsupportedModel(
    `modules.json lists "${kind.slice(0, 100)}" in a place that is not served: a Transformer, a Pooling, then Dense and Normalize layers are.`,
  )

/** As sentence-transformers reads them: a newer `pooling_mode` replaces the older flags, and the mean is the default. */
function modesOf(config: Record<string, unknown>, path: string): readonly Pooling[] {
  const { pooling_mode: named } = config
  if (Array.isArray(named) && named.length === 0) return unknown(named, path)
  if (named !== undefined && named !== null)
    return [named].flat().map((name) => poolings.find((pooling) => pooling === name) ?? unknown(name, path))
  const modes = poolings.filter((pooling) => config[flags[pooling]] === true)
  return modes.length > 0 ? modes : ['mean']
}

function unknown(name: unknown, path: string): never {
  const shown = JSON.stringify(name).slice(0, 100)
  throw errors.unsupportedModel(`"${path}" lists a pooling ${shown}; ${poolings.join(', ')} are served.`)
}

const flags: Record<Pooling, string> = {
  cls: 'pooling_mode_cls_token',
  max: 'pooling_mode_max_tokens',
  mean: 'pooling_mode_mean_tokens',
  mean_sqrt_len_tokens: 'pooling_mode_mean_sqrt_len_tokens',
  weightedmean: 'pooling_mode_weightedmean_tokens',
  lasttoken: 'pooling_mode_lasttoken',
}
