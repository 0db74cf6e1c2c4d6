import type { TaskModel, WarmUpRun } from '../task-model.ts'
import type { TextSettings } from '../text/text-settings.ts'
import type { Embedding, EmbeddingInput } from './embedding-input.ts'

/** One token, then batches of up to 16 texts of 24 and of 128 tokens. */
export function warmUpRuns(
  { encode, costMax, itemsMax }: TaskModel<EmbeddingInput, Embedding>,
  texts: TextSettings,
): WarmUpRun[] {
  return [1, 24, 128].map((asked) => {
    const length = Math.min(asked, texts.maxTokens)
    const count = asked === 1 ? 1 : Math.max(1, Math.min(16, itemsMax, Math.floor(costMax / length)))
    const ids = Array.from({ length }, () => texts.padTokenId)
    const batch = Array.from({ length: count }, () => ({ ids, wanted: 'vector' as const }))
    return { graph: 'main', cost: length * count, call: () => encode(batch) }
  })
}
