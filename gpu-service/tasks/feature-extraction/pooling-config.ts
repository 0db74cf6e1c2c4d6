import * as z from 'zod'
import { errors } from '../../../shared/errors.ts'
import { type ModelFiles, readConfig } from '../../models/model-files.ts'

export const poolings = ['cls', 'mean', 'max', 'mean_sqrt_len', 'weightedmean', 'lasttoken'] as const
export type Pooling = (typeof poolings)[number]

/** How token vectors become one vector. */
export interface PoolingConfig {
  pooling: Pooling
  normalize: boolean
  /** Which file says so. */
  source: string
}

const modules = z.array(z.object({ path: z.string(), type: z.string() }))
const poolingModes = z.record(z.string(), z.unknown())

/**
 * What sentence-transformers would do with the repo: its modules in order, and mean pooling without normalising where it
 * lists none. @throws AppError `unsupported_model` naming a module that is not served.
 */
export async function readPooling(files: ModelFiles): Promise<PoolingConfig> {
  const listed = await readConfig(files, 'modules.json', modules)
  const kinds = (listed ?? []).map(({ type, path }) => ({ kind: type.split('.').at(-1) ?? type, path }))
  const foreign = kinds.find(({ kind }) => !['Transformer', 'Pooling', 'Normalize'].includes(kind))
  if (foreign !== undefined)
    throw errors.unsupportedModel(`modules.json names a module "${foreign.kind}", which is not served yet.`)
  const folder = kinds.find(({ kind }) => kind === 'Pooling')?.path ?? '1_Pooling'
  const path = `${folder}/config.json`
  const modes = await readConfig(files, path, poolingModes)
  const normalize = kinds.some(({ kind }) => kind === 'Normalize')
  if (modes === undefined)
    return { pooling: 'mean', normalize, source: 'none: mean is the default of sentence-transformers' }
  return { pooling: poolingOf(modes, path), normalize, source: path }
}

function poolingOf(modes: Record<string, unknown>, path: string): Pooling {
  const [pooling, ...others] = poolings.filter((name) => modes[keys[name]] === true)
  if (pooling !== undefined && others.length === 0) return pooling
  throw errors.unsupportedModel(
    `"${path}" asks for ${others.length + (pooling ? 1 : 0)} poolings; exactly one is served.`,
  )
}

const keys: Record<Pooling, string> = {
  cls: 'pooling_mode_cls_token',
  mean: 'pooling_mode_mean_tokens',
  max: 'pooling_mode_max_tokens',
  mean_sqrt_len: 'pooling_mode_mean_sqrt_len_tokens',
  weightedmean: 'pooling_mode_weightedmean_tokens',
  lasttoken: 'pooling_mode_lasttoken',
}
