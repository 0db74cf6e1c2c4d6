import type { TensorSignature } from '../../shared/contract/repo.ts'
import type { Batcher } from '../batcher/batcher.ts'
import type { EngineCall, Tensors } from '../engine/engine.ts'

/** The tensors of nodes added to a graph, for callers that address tensors by name. */
export interface HiddenTensors {
  graph: string
  /** Further outputs: `name` for callers, `source` in the graph. */
  outputs: readonly (TensorSignature & { source: string })[]
  /** Computes the inputs that callers do not see from theirs. @throws AppError `invalid_input` */
  fill(call: EngineCall): Tensors
}

export interface WarmUpRun {
  graph: string
  call(): EngineCall
  cost: number
}

export type BatcherFactory = <Input, Output>(model: TaskModel<Input, Output>) => Batcher<Input, Output>

/** How a batch becomes tensors and back, and what it costs. */
export interface TaskModel<Input, Output> {
  /** Which of the task's graphs it runs. */
  graph: string
  sizeOf(input: Input): number
  /** The number of text tokens, as limits and bills count them. @default 0 */
  tokensOf?: (input: Input) => number
  /** The most that one run may cost, padding included, in the unit of `sizeOf`. */
  costMax: number
  itemsMax: number
  /** Only inputs of the same group may share a run. @default all may */
  groupOf?: (input: Input) => string
  /** Inputs with the same key have the same answer, so that they are computed once. */
  keyOf?: (input: Input) => string
  encode(inputs: readonly Input[]): EngineCall
  /** Returns one answer per input, in order. */
  decode(tensors: Tensors, inputs: readonly Input[]): Output[]
}
