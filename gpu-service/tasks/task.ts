import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import type { Batcher } from '../batcher/batcher.ts'
import type { BatchResult, ItemQueue } from '../batcher/item-queue.ts'
import type { Device, EngineCall, Tensors } from '../engine/engine.ts'
import type { ModelFiles } from '../models/model-files.ts'
import type { Capabilities } from './capabilities.ts'

/** One kind of thing that models do. A task reads a model's files and knows how to ask its graph. */
export interface Task {
  name: string
  /** @throws AppError `unsupported_model` with a reason that names the file at fault. */
  open(model: ModelSource): Promise<OpenedTask>
}

export interface ModelSource {
  files: ModelFiles
  /** The ONNX file that is served, by its path in the repo. */
  file: string
  graph: OnnxHeader
  settings: RunSettings
}

/** How the host wants models to be run. */
export interface RunSettings {
  device: Device
  /** Whether texts may share a run of a dynamic int8 file, whose vectors then vary a little with their batch. */
  batchDynamicInt8: boolean
}

/** A model as its task understands it, before any engine holds it. */
export interface OpenedTask {
  /** The file that the engines load: the repo's own, or one made from it. */
  graphPath: string
  /** What `/info` says of it. */
  describe: Record<string, unknown>
  /** Runs that a new model makes before it is ready. */
  warmUp: WarmUpRun[]
  /** Puts a queue before it. */
  serve(createBatcher: BatcherFactory): TaskService
}

export interface WarmUpRun {
  call(): EngineCall
  cost: number
}

export type BatcherFactory = <Input, Output>(model: TaskModel<Input, Output>) => Batcher<Input, Output>

/** How a batch becomes tensors and back, and what it costs. */
export interface TaskModel<Input, Output> {
  sizeOf(input: Input): number
  /** The most that one run may cost, padding included, in the unit of `sizeOf`. */
  costMax: number
  itemsMax: number
  encode(inputs: readonly Input[]): EngineCall
  /** As many answers as inputs, in their order. */
  decode(tensors: Tensors, inputs: readonly Input[]): Output[]
}

/** A task at work: what the protocols speak to. */
export interface TaskService {
  /** The Hugging Face pipeline shape: a body with `inputs`, to the body of the answer. */
  pipeline(request: PipelineRequest): Promise<PipelineAnswer>
  /** What else it can do, for the protocols that ask for it. */
  capabilities: Partial<Capabilities>
  queue: ItemQueue
}

export interface PipelineRequest {
  body: Record<string, unknown>
  signal: AbortSignal
}

export interface PipelineAnswer {
  /** The body, written already: a large one is written in slices. */
  json: string
  timing: Timing
}

export interface Timing {
  queueMs: number
  runMs: number
  batchSize: number
}

/** Of a request whose items ran in several batches: the longest of each. */
export function timingOf(results: readonly BatchResult<unknown>[]): Timing {
  const timing = { queueMs: 0, runMs: 0, batchSize: 0 }
  for (const { queueMs, runMs, batchSize } of results) {
    timing.queueMs = Math.max(timing.queueMs, queueMs)
    timing.runMs = Math.max(timing.runMs, runMs)
    timing.batchSize = Math.max(timing.batchSize, batchSize)
  }
  return timing
}
