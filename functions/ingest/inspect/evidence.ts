import type { GgufHeader } from './gguf-header.ts'
import type { JsonRecord } from './json-fields.ts'
import type { ModelCard } from './model-card.ts'

/** What the files of a revision say, before it is decided what the model is. */
export interface Evidence {
  card: ModelCard
  /** The parsed config.json, whatever it holds. */
  config: JsonRecord
  /** The parsed adapter_config.json. */
  adapter: JsonRecord | undefined
  paths: readonly string[]
  /** What ONNX files say of who made them, the operators in them, and the names of what they take. */
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
