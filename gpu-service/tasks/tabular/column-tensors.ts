import type { Tensor, Tensors } from '../../engine/engine.ts'
import type { Cell } from './read-cell.ts'
import type { ColumnInput } from './tabular-graph.ts'

/** Converts rows to the tensors of a graph's inputs, each of which takes the next columns. */
export function columnTensors(rows: readonly (readonly Cell[])[], inputs: readonly ColumnInput[]): Tensors {
  let from = 0
  return Object.fromEntries(
    inputs.map((input) => {
      const tensor = tensorOf({ rows, input, from })
      from += input.width
      return [input.name, tensor]
    }),
  )
}

function tensorOf({ rows, input: { type, width, isFlat }, from }: TensorOf): Tensor {
  const dims = isFlat ? [rows.length] : [rows.length, width]
  const cells = () => rows.flatMap((row) => row.slice(from, from + width))
  if (type === 'string') return { type, dims, data: cells().map(String) }
  if (type === 'int64') return { type, dims, data: BigInt64Array.from(cells(), (cell) => BigInt(cell)) }
  const data = type === 'float32' ? new Float32Array(rows.length * width) : new Float64Array(rows.length * width)
  let at = 0
  for (const row of rows) for (let column = from; column < from + width; column++) data[at++] = Number(row[column])
  return { type, dims, data }
}

interface TensorOf {
  rows: readonly (readonly Cell[])[]
  input: ColumnInput
  /** Index of the first of its columns. */
  from: number
}
