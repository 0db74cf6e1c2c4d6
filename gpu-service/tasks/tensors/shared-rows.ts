import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { atOnce } from '../../../shared/http/at-once.ts'
import type { Tensor, TensorData } from '../../engine/engine.ts'
import { arrays } from '../../engine/tensor-types.ts'

/**
 * Whether a graph's first axis can hold the rows of several requests: every tensor has one that a request decides, and
 * it is one and the same. Whether the rows then do not touch each other, only what made the graph can say.
 */
export function hasRows(signatures: readonly TensorSignature[]): boolean {
  const first = signatures.map(({ shape }) => shape?.[0])
  return first.length > 0 && first.every((size) => isOpen(size)) && new Set(first).size === 1
}

/** Exporters give the axis of a batch such a name when they give one, and other names to a sequence. */
export const isNamedBatch = ({ shape }: TensorSignature): boolean =>
  typeof shape?.[0] === 'string' && /^(?:n|b|bs|none|.*batch.*)$/i.test(shape[0])

const isOpen = (size: number | string | undefined): boolean =>
  typeof size === 'string' || (size !== undefined && size < 0)

/** One tensor of the rows of all. */
export const joinRows = (tensors: readonly Tensor[]): Tensor => atOnce(joinRowsInSteps(tensors))

/** The same tensor by tensor: together they may be as large as a body. */
export function* joinRowsInSteps(tensors: readonly Tensor[]): Generator<void, Tensor> {
  const [first] = tensors
  if (first === undefined) throw new Error('no tensors to join')
  const { type } = first
  const dims = [tensors.reduce((rows, { dims: [count = 0] }) => rows + count, 0), ...first.dims.slice(1)]
  const length = tensors.reduce((total, { data }) => total + data.length, 0)
  const data: TensorData = type === 'string' ? [] : new arrays[type](length)
  let at = 0
  for (const rows of tensors) {
    if (Array.isArray(data)) for (const text of rows.data as string[]) data.push(text)
    // One type throughout: it is part of what decides which requests share a run.
    else data.set(rows.data as never, at)
    at += rows.data.length
    yield
  }
  return { type, dims, data }
}

/** The rows from one to another, as views of the same memory. */
export function cutRows({ type, dims, data }: Tensor, from: number, to: number): Tensor {
  const [rows = 0] = dims
  const width = rows === 0 ? 0 : data.length / rows
  const cut = Array.isArray(data) ? data.slice(from * width, to * width) : data.subarray(from * width, to * width)
  return { type, dims: [to - from, ...dims.slice(1)], data: cut as TensorData }
}
