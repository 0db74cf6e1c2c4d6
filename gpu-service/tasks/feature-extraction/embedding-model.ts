import type { Device, Tensors } from '../../engine/engine.ts'
import type { TaskModel } from '../task-model.ts'
import { idsKey } from '../text/ids-key.ts'
import type { TokenInputs } from '../text/token-tensors.ts'
import { embeddingCall } from './embedding-call.ts'
import type { EmbeddingGraph } from './embedding-graph.ts'
import type { Embedding, EmbeddingInput } from './embedding-input.ts'
import { poolInService } from './pool-in-service.ts'
import { normalizes, type PoolingConfig } from './pooling-config.ts'

export interface EmbeddingModelOptions {
  inputs: TokenInputs
  graph: Pick<EmbeddingGraph, 'pooledBy' | 'outputs' | 'width'>
  pooling: Pick<PoolingConfig, 'modes' | 'steps'>
  padTokenId: number
  positionOffset?: number | undefined
  /** One text per run, because the others in a batch would change its vector. */
  alone: boolean
  device: Device
}

/** A CPU is fastest at a few hundred tokens per run and slower beyond; only thousands fill a GPU. */
export const limits = { cpu: { costMax: 384, itemsMax: 64 }, cuda: { costMax: 16_384, itemsMax: 512 } }
/** The most numbers in token vectors pooled at once on this thread, so that it is not blocked for long. */
const pooledNumbersMax = 2_000_000

/** Converts texts to tensors and the outputs to a vector per text, or the vectors of its tokens. */
export function embeddingModel(options: EmbeddingModelOptions): TaskModel<EmbeddingInput, Embedding> {
  const { inputs, graph, pooling, padTokenId, positionOffset, alone, device } = options
  const { costMax, itemsMax } = limits[device]
  const pooledTokensMax = Math.max(1, Math.floor(pooledNumbersMax / (graph.width.token ?? 1024)))
  const modes = graph.pooledBy === 'nodes' ? pooling.modes : []
  return {
    graph: 'main',
    sizeOf: ({ ids }) => inputs.width ?? ids.length,
    tokensOf: ({ ids }) => ids.length,
    costMax: graph.pooledBy === 'service' ? Math.min(costMax, pooledTokensMax) : costMax,
    itemsMax: alone ? 1 : itemsMax,
    groupOf: ({ wanted }) => wanted,
    keyOf,
    encode(batch) {
      const outputs = [outputOf(graph, wantedOf(batch))]
      return embeddingCall({ batch, inputs, outputs, modes, padTokenId, positionOffset })
    },
    decode(tensors, batch) {
      const output = outputOf(graph, wantedOf(batch))
      const data = floatsOf(tensors, output)
      const size = data.length / batch.length
      const width = tensors[output]?.dims.at(-1) ?? 0
      return batch.map((input, index) => {
        // A view: the vectors of a batch share its buffer until they are serialised.
        const row = data.subarray(index * size, (index + 1) * size)
        return decodeRow({ input, row, width, options })
      })
    },
  }
}

/** All inputs of a batch are of one group. */
const wantedOf = ([first]: readonly EmbeddingInput[]): EmbeddingInput['wanted'] => first?.wanted ?? 'vector'

const keyOf = ({ ids, skipped = 0, wanted }: EmbeddingInput): string => `${wanted} ${skipped} ${idsKey(ids)}`

function outputOf({ outputs }: Pick<EmbeddingGraph, 'outputs'>, wanted: EmbeddingInput['wanted']): string {
  const name =
    wanted === 'tokens'
      ? outputs.tokens
      : ((wanted === 'raw' ? outputs.raw : undefined) ?? outputs.vector ?? outputs.tokens)
  if (name === undefined) throw new Error(`the graph has no output for ${wanted}`)
  return name
}

function decodeRow({ input, row, width, options }: DecodeRow): Embedding {
  const { graph, pooling } = options
  const { wanted, ids, skipped = 0 } = input
  if (wanted !== 'tokens' && graph.pooledBy !== 'service') return row
  const tokens = row.subarray(0, ids.length * width)
  if (wanted === 'tokens') return tokens
  const { modes, steps } = pooling
  const kept = wanted === 'raw' && normalizes(pooling) ? steps.slice(0, -1) : steps
  return poolInService({ tokens, width, text: { length: ids.length, skipped }, modes, steps: kept })
}

interface DecodeRow {
  input: EmbeddingInput
  /** The output for this input, padding included. */
  row: Embedding
  /** The size of the last dimension. */
  width: number
  options: EmbeddingModelOptions
}

/** Returns an output of any float type as float32. */
export function floatsOf(tensors: Tensors, output: string): Embedding {
  const { type, data }: { type?: string; data?: unknown } = tensors[output] ?? {}
  if (data instanceof Float32Array) return data as Embedding
  if (data instanceof Float16Array || data instanceof Float64Array) return Float32Array.from(data)
  // Engines return float16 as its bits.
  if (type === 'float16' && data instanceof Uint16Array)
    return Float32Array.from(new Float16Array(data.buffer, data.byteOffset, data.length))
  throw new Error(`the output "${output}" is no tensor of floats`)
}
