import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { runToEnd } from '../../../shared/run-to-end.ts'
import type { Tensor, TensorData } from '../../engine/engine.ts'
import { arrays } from '../../engine/tensor-types.ts'

/**
 * Whether a graph's first axis may be a batch: every tensor has one, of open size and with the same name. Whether the
 * rows are independent is known only to the maker of the graph.
 */
export function hasRows(signatures: readonly TensorSignature[]): boolean {
  const first = signatures.map(({ shape }) => shape?.[0])
  return first.length > 0 && first.every((size) => isOpen(size)) && new Set(first).size === 1
}

/** Exporters that name a batch axis use such names, and others for a sequence. */
export const isNamedBatch = ({ shape }: TensorSignature): boolean =>
  typeof shape?.[0] === 'string' && /^(?:n|b|bs|none|.*batch.*)$/i.test(shape[0])

const isOpen = (size: number | string | undefined): boolean =>
  typeof size === 'string' || (size !== undefined && size < 0)

/** Concatenates tensors along their first axis. */
export const joinRows = (tensors: readonly Tensor[]): Tensor => runToEnd(joinRowsInSteps(tensors))

/** The same in steps, one tensor at a time, because together they may be as large as a request body. */
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
    // All have one type, because only requests with the same input types share a run.
    else data.set(rows.data as never, at)
    at += rows.data.length
    yield
  }
  return { type, dims, data }
}

/** Returns a range of rows, as views of the same memory. */
export function cutRows({ type, dims, data }: Tensor, from: number, to: number): Tensor {
  const [rows = 0] = dims
  const width = rows === 0 ? 0 : data.length / rows
  const cut = Array.isArray(data) ? data.slice(from * width, to * width) : data.subarray(from * width, to * width)
  return { type, dims: [to - from, ...dims.slice(1)], data: cut as TensorData }
}
