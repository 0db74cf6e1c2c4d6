import type { Device, Tensors } from '../../engine/engine.ts'
import type { HiddenTensors, TaskModel } from '../task.ts'
import { copyOf, cutRows, joinRows } from './shared-rows.ts'

/** The tensors of one request. */
export interface TensorRequest {
  inputs: Tensors
  /** The outputs that it wants. */
  outputs: readonly string[]
  /** What its first axis counts; absent where it has none. */
  rows: number | undefined
  /** Requests of one group may share a run. */
  group: string
}

const costMax: Record<Device, number> = { cpu: 64, cuda: 1024 }

/** Requests are joined along their first axis, and what comes back is cut where they were joined. */
export function tensorModel({ graph, device, hidden }: TensorModelOptions): TaskModel<TensorRequest, Tensors> {
  const sources = new Map(hidden?.outputs.map(({ name, source }) => [name, source]))
  const sourceOf = (name: string) => sources.get(name) ?? name
  return {
    graph,
    sizeOf: ({ rows }) => rows ?? 1,
    costMax: costMax[device],
    itemsMax: costMax[device],
    groupOf: ({ group }) => group,
    encode(batch) {
      const inputs = joined(batch)
      const outputs = [...new Set(batch.flatMap((request) => request.outputs.map(sourceOf)))]
      return { inputs: { ...inputs, ...hidden?.fill({ inputs, outputs }) }, outputs }
    },
    decode(tensors, batch) {
      let from = 0
      return batch.map(({ outputs, rows = 0 }) => {
        const to = from + rows
        const picked = outputs.map((name) => {
          const tensor = tensors[sourceOf(name)]
          if (tensor === undefined) throw new Error(`the graph gave no "${name}"`)
          return [name, batch.length === 1 ? tensor : cutRows(assertRows(tensor, name, batch), from, to)] as const
        })
        from = to
        return Object.fromEntries(picked)
      })
    },
  }
}

interface TensorModelOptions {
  graph: string
  device: Device
  hidden: HiddenTensors | undefined
}

function joined(batch: readonly TensorRequest[]): Tensors {
  const [first] = batch
  const names = Object.keys(first?.inputs ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const tensors = batch.flatMap(({ inputs }) => inputs[name] ?? [])
      const [only] = tensors
      return [name, only !== undefined && tensors.length === 1 ? copyOf(only) : joinRows(tensors)]
    }),
  )
}

/** A graph whose answer does not follow its rows is asked again for each request alone. */
function assertRows(tensor: Tensors[string], name: string, batch: readonly TensorRequest[]): Tensors[string] {
  const expected = batch.reduce((total, { rows = 0 }) => total + rows, 0)
  if (tensor.dims[0] === expected) return tensor
  throw new Error(`the output "${name}" has ${tensor.dims[0]} rows for ${expected}`)
}
