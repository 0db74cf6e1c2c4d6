import type { ModelCard } from './model-card.ts'

export interface TaskEvidence {
  card: ModelCard
  /** The parsed config.json, whatever it holds. */
  config: Record<string, unknown>
  paths: readonly string[]
}

const architectureTasks: [RegExp, string][] = [
  [/ForSequenceClassification$/, 'text-classification'],
  [/ForTokenClassification$/, 'token-classification'],
  [/ForQuestionAnswering$/, 'question-answering'],
  [/ForMaskedLM$/, 'fill-mask'],
  [/ForCausalLM$|LMHeadModel$/, 'text-generation'],
  [/ForImageClassification$/, 'image-classification'],
  [/^CLIPModel$/, 'zero-shot-image-classification'],
]

/** What a model does, in the Hub's words: its card says so, else its files do, else its architecture. */
export function deriveTask({ card, config, paths }: TaskEvidence): string | undefined {
  if (card.pipeline_tag !== undefined) return card.pipeline_tag
  const tabular = sklearnTask(config)
  if (tabular !== undefined) return tabular
  if (paths.some((path) => path === 'modules.json' || path.endsWith('1_Pooling/config.json')))
    return 'sentence-similarity'
  const [architecture] = Array.isArray(config.architectures) ? config.architectures : []
  if (typeof architecture !== 'string') return undefined
  const [, task] = architectureTasks.find(([pattern]) => pattern.test(architecture)) ?? []
  return task ?? (/Model$/.test(architecture) ? 'feature-extraction' : undefined)
}

function sklearnTask(config: Record<string, unknown>): string | undefined {
  const sklearn = config.sklearn
  if (typeof sklearn !== 'object' || sklearn === null || !('task' in sklearn)) return undefined
  return typeof sklearn.task === 'string' ? sklearn.task : undefined
}

/** Which library made the model: its card, else the files that only one library writes. */
export function deriveLibrary({ card, config, paths }: TaskEvidence): string | undefined {
  if (card.library_name !== undefined) return card.library_name
  if ('sklearn' in config) return 'sklearn'
  if (paths.includes('modules.json')) return 'sentence-transformers'
  return 'transformers_version' in config ? 'transformers' : undefined
}
