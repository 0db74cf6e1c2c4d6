import type { EngineCall, Tensors } from '../../engine/engine.ts'
import { int64Rows } from '../int64.ts'
import type { EmbeddingInput } from './embeddings.ts'
import type { Pooling } from './pooling-config.ts'
import { maskInput, poolingInput } from './pooling-nodes.ts'
import { maskTensor, weightsTensor } from './pooling-weights.ts'

/** What a graph may take of a text. */
export const knownInputs = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'] as const

export interface EmbeddingCall {
  batch: readonly Pick<EmbeddingInput, 'ids' | 'skipped'>[]
  /** The inputs of the graph that are tokens, masks, types or positions. */
  inputs: ReadonlySet<string>
  outputs: readonly string[]
  /** What is pooled by nodes behind the graph. */
  modes: readonly Pooling[]
  padTokenId: number
}

/** Texts as tensors, padded at the end to the longest of their batch: a mask says so, whichever side a model prefers. */
export function embeddingCall({ batch, inputs, outputs, modes, padTokenId }: EmbeddingCall): EngineCall {
  const texts = batch.map(({ ids, skipped = 0 }) => ({ length: ids.length, skipped }))
  const rows = batch.map(({ ids }) => ids)
  const width = texts.reduce((longest, { length }) => Math.max(longest, length), 0)
  const dims = [batch.length, width]
  const data = {
    input_ids: () => int64Rows({ rows, width, fill: padTokenId }),
    attention_mask: () => int64Rows({ rows: rows.map(({ length }) => new Uint8Array(length).fill(1)), width, fill: 0 }),
    token_type_ids: () => new BigInt64Array(batch.length * width),
    position_ids: () => int64Rows({ rows: rows.map((ids) => ids.map((_, index) => index)), width, fill: 0 }),
  }
  const call: Tensors = {}
  for (const name of knownInputs) if (inputs.has(name)) call[name] = { type: 'int64', dims, data: data[name]() }
  const weighted = modes.filter((mode) => mode !== 'max')
  if (weighted.length > 0) call[poolingInput] = weightsTensor({ modes: weighted, texts, width })
  if (modes.includes('max')) call[maskInput] = maskTensor({ texts, width })
  return { inputs: call, outputs }
}
