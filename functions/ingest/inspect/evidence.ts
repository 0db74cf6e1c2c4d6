import type { GgufHeader } from './gguf-header.ts'
import type { JsonRecord } from './json-fields.ts'
import type { ModelCard } from './model-card.ts'

/** Everything the files of a revision say, from which task, library and lineage are derived. */
export interface Evidence {
  card: ModelCard
  /** The parsed config.json, not validated. */
  config: JsonRecord
  /** The parsed adapter_config.json. */
  adapter: JsonRecord | undefined
  paths: readonly string[]
  /** The producer, operators and input names of each ONNX file. */
  onnx: readonly { producer?: string | undefined; operators: ReadonlySet<string>; inputs?: readonly string[] }[]
  gguf: readonly Pick<GgufHeader, 'baseModels'>[]
}

export const noEvidence: Evidence = {
  card: { tags: [], base_model: [], datasets: [], language: [], metrics: [], more: {}, warnings: [] },
  config: {},
  adapter: undefined,
  paths: [],
  onnx: [],
  gguf: [],
}
