import { errors } from '../../../shared/errors.ts'
import type { Tensors } from '../../engine/engine.ts'
import type { HiddenTensors } from '../task-model.ts'
import type { EmbeddingGraph } from './embedding-graph.ts'
import type { PoolingConfig } from './pooling-config.ts'
import { maskInput, poolingInput } from './pooling-nodes.ts'
import { maskTensor, weightsTensor } from './pooling-weights.ts'

/** For clients that send tokens as tensors: offers the pooled vector as an output and fills the pooling inputs. */
export function hiddenTensors({ made, pooling }: HiddenOptions): HiddenTensors | undefined {
  const { pooledBy, outputs, width } = made
  const { vector } = outputs
  if (pooledBy !== 'nodes' || vector === undefined) return undefined
  const weighted = pooling.modes.filter((mode) => mode !== 'max')
  return {
    graph: 'main',
    outputs: [{ name: 'sentence_embedding', source: vector, type: 'float32', shape: ['batch_size', width.text ?? -1] }],
    fill({ inputs, outputs: wanted }) {
      const { lengths, width: longest } = lengthsOf(inputs, wanted.includes(vector))
      const texts = lengths.map((length) => ({ length, skipped: 0 }))
      return {
        ...(weighted.length > 0 && { [poolingInput]: weightsTensor({ modes: weighted, texts, width: longest }) }),
        ...(pooling.modes.includes('max') && { [maskInput]: maskTensor({ texts, width: longest }) }),
      }
    },
  }
}

interface HiddenOptions {
  made: EmbeddingGraph
  pooling: PoolingConfig
}

/** The number of tokens of each text: from its attention mask, else all of them. */
function lengthsOf({ input_ids: ids, attention_mask: mask }: Tensors, isPooled: boolean) {
  const [rows = 0, width = 0] = (ids ?? mask)?.dims ?? []
  const marks = mask?.data
  if (marks === undefined || Array.isArray(marks)) return { lengths: Array<number>(rows).fill(width), width }
  const lengths = Array.from({ length: rows }, (_, row) => {
    const own = marks.subarray(row * width, (row + 1) * width)
    // The type of the mask depends on the exporter.
    const end = own.findIndex((mark: number | bigint) => !isToken(mark))
    const length = end < 0 ? width : end
    if (isPooled && (length === 0 || own.subarray(length).some(isToken)))
      throw errors.invalidInput(
        `Row ${row} of "attention_mask" must begin with its tokens and end with its padding, for "sentence_embedding".`,
        'attention_mask',
      )
    return Math.max(1, length)
  })
  return { lengths, width }
}

const isToken = (mark: number | bigint): boolean => Number(mark) !== 0
