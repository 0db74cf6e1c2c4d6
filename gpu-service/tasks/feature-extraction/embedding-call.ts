import type { EngineCall } from '../../engine/engine.ts'
import { type TokenInputs, tokenTensors, widthOf } from '../text/token-tensors.ts'
import type { EmbeddingInput } from './embedding-input.ts'
import type { Pooling } from './pooling-config.ts'
import { maskInput, poolingInput } from './pooling-nodes.ts'
import { maskTensor, weightsTensor } from './pooling-weights.ts'

export interface EmbeddingCall {
  batch: readonly Pick<EmbeddingInput, 'ids' | 'skipped'>[]
  inputs: TokenInputs
  outputs: readonly string[]
  /** The poolings done by nodes added to the graph. */
  modes: readonly Pooling[]
  padTokenId: number
  positionOffset?: number | undefined
}

/** Converts texts to tensors, always padded at the end: the attention mask makes the side irrelevant. */
export function embeddingCall({ batch, outputs, modes, ...how }: EmbeddingCall): EngineCall {
  const call = tokenTensors({ ...how, batch })
  const texts = batch.map(({ ids, skipped = 0 }) => ({ length: ids.length, skipped }))
  const width = widthOf(how.inputs, batch)
  const weighted = modes.filter((mode) => mode !== 'max')
  if (weighted.length > 0) call[poolingInput] = weightsTensor({ modes: weighted, texts, width })
  if (modes.includes('max')) call[maskInput] = maskTensor({ texts, width })
  return { inputs: call, outputs }
}
