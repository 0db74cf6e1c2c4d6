import type { TensorSignature } from '../../../shared/contract/repo.ts'
import type { Device, Tensors } from '../../engine/engine.ts'
import type { Isolation } from '../isolation.ts'
import type { HiddenTensors, TaskModel } from '../task-model.ts'
import { type OutputRoom, takeOutputRoom } from './output-room.ts'
import { cutRows, joinRows } from './shared-rows.ts'

/** A graph with its signature and what is known about it. */
export interface TensorGraph {
  /** Which of the task's graphs it is. */
  graph: string
  inputs: readonly TensorSignature[]
  outputs: readonly TensorSignature[]
  hidden: HiddenTensors | undefined
  /** Whether no row is known to change another's answer, which is unknown of a graph without a task. */
  rowsAreIndependent: boolean
  isolate: Isolation
  device: Device
}

/** The tensors of one request. */
export interface TensorRequest {
  inputs: Tensors
  /** The requested outputs. */
  outputs: readonly string[]
  /** The size of the first axis; absent if the inputs differ in it. */
  rows: number | undefined
  /** Requests of one group may share a run. */
  group: string
  /** Shared by all pieces of a request. */
  room?: OutputRoom
}

/** The most rows of one run. */
export const rowsTogetherMax: Record<Device, number> = { cpu: 64, cuda: 1024 }
/** The most cost of one run of a graph whose requests also decide the size of a row. */
const elementsTogetherMax: Record<Device, number> = { cpu: 4096, cuda: 16_384 }

/** Concatenates requests along their first axis and splits the outputs accordingly. */
export function tensorModel({
  graph,
  inputs: signature,
  device,
  hidden,
}: TensorModelOptions): TaskModel<TensorRequest, Tensors> {
  const sources = new Map(hidden?.outputs.map(({ name, source }) => [name, source]))
  const sourceOf = (name: string) => sources.get(name) ?? name
  // Cost is counted in the smallest rows that the graph accepts: by rows alone, one with millions of elements would
  // cost 1.
  const leastRow = Math.max(1, sum(signature.map(({ shape }) => leastElements(shape))))
  const isFixed = signature.every(({ shape }) => shape?.slice(1).every(isKnown))
  return {
    graph,
    sizeOf: ({ inputs }) => Math.max(1, Math.ceil(elementsIn(inputs) / leastRow)),
    costMax: (isFixed ? rowsTogetherMax : elementsTogetherMax)[device],
    itemsMax: rowsTogetherMax[device],
    groupOf: ({ group }) => group,
    encode(batch) {
      const inputs = joined(batch)
      const outputs = [...new Set(batch.flatMap((request) => request.outputs.map(sourceOf)))]
      return { inputs: { ...inputs, ...hidden?.fill({ inputs, outputs }) }, outputs }
    },
    decode(tensors, batch) {
      let from = 0
      const answers = batch.map(({ outputs, rows = 0 }) => {
        const to = from + rows
        const picked = outputs.map((name) => {
          const tensor = tensors[sourceOf(name)]
          if (tensor === undefined) throw new Error(`the graph gave no "${name}"`)
          return [name, batch.length === 1 ? tensor : cutRows(assertRows(tensor, name, batch), from, to)] as const
        })
        from = to
        return Object.fromEntries(picked)
      })
      takeOutputRoom(batch, answers)
      return answers
    },
  }
}

interface TensorModelOptions {
  graph: string
  inputs: readonly TensorSignature[]
  device: Device
  hidden: HiddenTensors | undefined
}

const isKnown = (size: number | string): size is number => typeof size === 'number' && size >= 0

const leastElements = (shape: TensorSignature['shape']): number =>
  (shape ?? []).slice(1).reduce<number>((product, size) => product * (isKnown(size) ? size : 1), 1)

const elementsIn = (inputs: Tensors): number => sum(Object.values(inputs).map(({ data }) => data.length))

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

function joined(batch: readonly TensorRequest[]): Tensors {
  const [first] = batch
  const names = Object.keys(first?.inputs ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const tensors = batch.flatMap(({ inputs }) => inputs[name] ?? [])
      const [only] = tensors
      return [name, only !== undefined && tensors.length === 1 ? only : joinRows(tensors)]
    }),
  )
}

/** Throws if the output does not have one row per input row, so that the batcher runs each request alone. */
function assertRows(tensor: Tensors[string], name: string, batch: readonly TensorRequest[]): Tensors[string] {
  const expected = batch.reduce((total, { rows = 0 }) => total + rows, 0)
  if (tensor.dims[0] === expected) return tensor
  throw new Error(`the output "${name}" has ${tensor.dims[0]} rows for ${expected}`)
}
