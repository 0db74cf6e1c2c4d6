import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { countIn, fieldIn, isRecord, type JsonRecord, textIn, textsIn } from './json-fields.ts'

const architecturesMax = 20

type FromConfig = Pick<RevisionMetadata, 'architectures' | 'modelType' | 'dtype' | 'quantization' | 'sklearn'>

/** The model's own fields of config.json. */
export function summariseConfig(config: JsonRecord): FromConfig {
  const architectures = textsIn(config, 'architectures').slice(0, architecturesMax)
  return {
    architectures: architectures.length > 0 ? architectures : undefined,
    modelType: textIn(config, 'model_type'),
    // transformers 5 calls it dtype.
    dtype: textIn(config, 'dtype') ?? textIn(config, 'torch_dtype'),
    quantization: quantizationOf(config),
    sklearn: sklearnOf(config),
  }
}

function quantizationOf(config: JsonRecord): RevisionMetadata['quantization'] {
  const said = fieldIn(config, 'quantization_config') ?? fieldIn(config, 'quantization')
  if (!isRecord(said)) return undefined
  const bits = countIn(said, 'bits') ?? countIn(said, 'w_bit')
  const loaded = fieldIn(said, 'load_in_4bit') === true ? 4 : fieldIn(said, 'load_in_8bit') === true ? 8 : undefined
  return { method: textIn(said, 'quant_method') ?? textIn(said, 'quant_algo'), bits: bits ?? loaded }
}

function sklearnOf(config: JsonRecord): RevisionMetadata['sklearn'] {
  const said = fieldIn(config, 'sklearn')
  if (!isRecord(said)) return undefined
  const columns = fieldIn(said, 'columns')
  return {
    kind: textIn(said, 'task')?.replace(/^tabular-/, ''),
    file: textIn(fieldIn(said, 'model'), 'file'),
    format: textIn(said, 'model_format'),
    columns: Array.isArray(columns) && columns.length > 0 ? columns.length : undefined,
  }
}

/** Further fields of config.json that the Hub shows (npm @huggingface/tasks, `ModelData.config`). */
export function shownConfig(config: JsonRecord): JsonRecord {
  const quantization = fieldIn(config, 'quantization_config')
  const sklearn = fieldIn(config, 'sklearn')
  return withoutAbsent({
    auto_map: fieldIn(config, 'auto_map'),
    quantization_config: picked(quantization, ['quant_method', 'bits', 'load_in_4bit', 'load_in_8bit']),
    sklearn: picked(sklearn, ['model', 'model_format']),
  })
}

/** Some members of a value, if it is an object that has any of them. */
export function picked(value: unknown, names: string[]): JsonRecord | undefined {
  const found = withoutAbsent(Object.fromEntries(names.map((name) => [name, fieldIn(value, name)])))
  return Object.keys(found).length > 0 ? found : undefined
}

export const withoutAbsent = (record: JsonRecord): JsonRecord =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value != null))
