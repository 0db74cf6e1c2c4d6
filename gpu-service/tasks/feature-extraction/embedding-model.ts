import type { Device, EngineCall, Tensors } from '../../engine/engine.ts'
import { int64Rows } from '../int64.ts'
import type { TaskModel } from '../task.ts'
import type { Embedding, Tokens } from './embeddings.ts'
import type { Pooling } from './pooling-config.ts'
import { poolingInput } from './pooling-nodes.ts'
import { poolingTensor } from './pooling-weights.ts'

export interface EmbeddingModelOptions {
  /** The inputs of the graph that are tokens, masks, types or positions. */
  inputs: ReadonlySet<string>
  /** The output that holds one vector per text. */
  output: string
  /** Given to the extended graph; absent where the graph pools by itself. */
  pooling: Pooling | undefined
  padTokenId: number
  /** One text per run, where the others in a batch would change its vector. */
  alone: boolean
  device: Device
}

/** A CPU is fastest at a few hundred tokens per run and slower beyond; a GPU is only filled by thousands. */
const limits = { cpu: { costMax: 384, itemsMax: 64 }, cuda: { costMax: 16_384, itemsMax: 512 } }

/** How texts become tensors, padded to the longest of their batch, and how the vectors come back. */
export function embeddingModel(options: EmbeddingModelOptions): TaskModel<Tokens, Embedding> {
  const { costMax, itemsMax } = limits[options.device]
  return {
    graph: 'main',
    sizeOf: (tokens) => tokens.length,
    costMax,
    itemsMax: options.alone ? 1 : itemsMax,
    encode: (batch) => encode(batch, options),
    decode: (tensors, batch) => vectorsOf(tensors, options.output, batch.length),
  }
}

export const knownInputs = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'] as const

function encode(batch: readonly Tokens[], { inputs, output, pooling, padTokenId }: EmbeddingModelOptions): EngineCall {
  const lengths = batch.map((tokens) => tokens.length)
  const width = Math.max(...lengths)
  const dims = [batch.length, width]
  const rows = {
    input_ids: () => int64Rows({ rows: batch, width, fill: padTokenId }),
    attention_mask: () => int64Rows({ rows: lengths.map((length) => new Uint8Array(length).fill(1)), width, fill: 0 }),
    token_type_ids: () => new BigInt64Array(batch.length * width),
    position_ids: () => int64Rows({ rows: batch.map((tokens) => tokens.map((_, index) => index)), width, fill: 0 }),
  }
  const call: Tensors = {}
  for (const name of knownInputs) if (inputs.has(name)) call[name] = { type: 'int64', dims, data: rows[name]() }
  if (pooling !== undefined) call[poolingInput] = poolingTensor({ pooling, lengths, width })
  return { inputs: call, outputs: [output] }
}

function vectorsOf(tensors: Tensors, output: string, count: number): Embedding[] {
  const data = tensors[output]?.data
  if (!(data instanceof Float32Array)) throw new Error(`the output "${output}" is not float32`)
  const width = data.length / count
  // Views, not copies: the vectors of a batch share its buffer until they are written out.
  return Array.from({ length: count }, (_, row) => data.subarray(row * width, (row + 1) * width))
}
