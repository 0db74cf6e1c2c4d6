import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { fixedSize } from '../fixed-batch.ts'
import { int64Rows } from '../int64.ts'

export const tokenInputs = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'] as const
type TokenInput = (typeof tokenInputs)[number]

/** Which token inputs a graph has. */
export interface TokenInputs {
  /** The integer type of each. */
  types: Partial<Record<TokenInput, 'int64' | 'int32'>>
  /** The number of tokens per row, padding included, of a graph exported for a fixed length. */
  width?: number | undefined
}

/** @throws AppError `unsupported_model` naming the input that tokens cannot fill. */
export function readTokenInputs({ graph, file }: { graph: Pick<OnnxHeader, 'inputs'>; file: string }): TokenInputs {
  const types: TokenInputs['types'] = {}
  let width: number | undefined
  for (const { name, type, shape } of graph.inputs) {
    const known = tokenInputs.find((one) => one === name)
    if (known === undefined || (type !== 'int64' && type !== 'int32'))
      throw errors.unsupportedModel(
        `"${file}" has an input "${name}" (${type}); int64 or int32 ${tokenInputs.join(', ')} are served.`,
      )
    types[known] = type
    width ??= fixedSize(shape?.[1])
  }
  if (types.input_ids === undefined)
    throw errors.unsupportedModel(`"${file}" has no "input_ids" input, so it does not read texts.`)
  return { types, width }
}

/** A typed array takes a quarter of the memory of a list. */
type TokenNumbers = readonly number[] | Int32Array

export interface TokenRow {
  ids: TokenNumbers
  /** @default all 0 */
  typeIds?: TokenNumbers | undefined
}

/** The width of a batch: its longest text, or what the graph requires. */
export const widthOf = ({ width }: TokenInputs, batch: readonly Pick<TokenRow, 'ids'>[]): number =>
  width ?? batch.reduce((longest, { ids }) => Math.max(longest, ids.length), 0)

/** Converts a batch of token rows to the tensors of a graph, padded at the end. */
export function tokenTensors({ inputs, batch, padTokenId, positionOffset = 0 }: TokenTensors): Tensors {
  const width = widthOf(inputs, batch)
  const dims = [batch.length, width]
  const tensors: Tensors = {}
  for (const name of tokenInputs) {
    const type = inputs.types[name]
    if (type === undefined) continue
    const rows = batch.map((row) => rowOf[name](row, positionOffset))
    tensors[name] = integers({ rows, fill: name === 'input_ids' ? padTokenId : 0, type, width, dims })
  }
  return tensors
}

/** The values of a row before padding. */
const rowOf: Record<TokenInput, (row: TokenRow, positionOffset: number) => ArrayLike<number>> = {
  input_ids: ({ ids }) => ids,
  attention_mask: ({ ids }) => new Uint8Array(ids.length).fill(1),
  token_type_ids: ({ typeIds = [] }) => typeIds,
  position_ids: ({ ids }, positionOffset) => ids.map((_, index) => positionOffset + index),
}

interface TokenTensors {
  inputs: TokenInputs
  batch: readonly TokenRow[]
  padTokenId: number
  /** The position of the first token, for a graph with a `position_ids` input. */
  positionOffset?: number | undefined
}

function integers({ rows, fill, type, width, dims }: Integers): Tensor {
  if (type === 'int64') return { type, dims, data: int64Rows({ rows, width, fill }) }
  const data = new Int32Array(rows.length * width).fill(fill)
  for (const [index, row] of rows.entries()) data.set(row, index * width)
  return { type, dims, data }
}

interface Integers {
  rows: readonly ArrayLike<number>[]
  fill: number
  type: 'int64' | 'int32'
  width: number
  dims: readonly number[]
}
