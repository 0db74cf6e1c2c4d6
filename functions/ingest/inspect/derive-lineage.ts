import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import type { Evidence } from './evidence.ts'
import { isRecord, textIn } from './json-fields.ts'

type Lineage = Pick<RevisionMetadata, 'baseModels' | 'relation'>

/** `owner/name`, or a name without an owner, as for old models of the Hub. */
const repoName = /^[\w.-]{1,96}(?:\/[\w.-]{1,96})?$/

/** The models this one was made from, and how. The card is trusted; the rest is inferred from files. */
export function deriveLineage(evidence: Evidence): Lineage {
  const { card, adapter, gguf } = evidence
  const adapted = textIn(adapter, 'base_model_name_or_path')
  const inferred = [...(adapted === undefined ? [] : [adapted]), ...gguf.flatMap(({ baseModels }) => baseModels)]
  const bases = card.base_model.length > 0 ? card.base_model : inferred.filter((name) => repoName.test(name))
  const baseModels = [...new Set(bases)]
  if (baseModels.length === 0) return { baseModels, relation: undefined }
  return { baseModels, relation: card.base_model_relation ?? relationTo(baseModels, evidence) }
}

/** In the order of the Hub's documentation (`docs/hub/model-cards.md`). */
function relationTo(baseModels: readonly string[], evidence: Evidence): Lineage['relation'] {
  if (evidence.adapter !== undefined) return 'adapter'
  if (isQuantized(evidence)) return 'quantized'
  return baseModels.length > 1 ? 'merge' : 'finetune'
}

const isQuantized = ({ card, config, paths }: Evidence): boolean =>
  isRecord(config.quantization_config) ||
  paths.some((path) => path.endsWith('.gguf') || path.endsWith('_quantized.onnx')) ||
  card.tags.some((tag) => quantizedTags.has(tag.toLowerCase()))

const quantizedTags = new Set(['gptq', 'awq'])
