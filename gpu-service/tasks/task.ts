import type { TensorSignature } from '../../shared/contract/repo.ts'
import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import type { Batcher } from '../batcher/batcher.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import type { Device, EngineCall, Tensors } from '../engine/engine.ts'
import type { ModelFiles } from '../models/model-files.ts'
import type { Capabilities } from './capabilities.ts'
import type { Pictures } from './image/pictures.ts'
import type { SlowAllowance } from './text/slow-allowance.ts'

/** A kind of model. A task reads a model's files and knows how to run its graph. */
export interface Task {
  name: string
  /** Other ONNX files of the repo that it serves together with this one. */
  filesWith?(file: string): readonly string[]
  /** @throws AppError `unsupported_model` naming the file at fault. */
  open(model: ModelSource): Promise<OpenedTask>
}

export interface ModelSource {
  files: ModelFiles
  /** The path in the repo of the ONNX file to serve. */
  file: string
  graph: OnnxHeader
  settings: RunSettings
}

/** How the host and the deployment want models to run. */
export interface RunSettings {
  device: Device
  /** Whether each input runs alone: `auto` does so if others in the batch would change its answer. */
  isolate: Isolation
  /** Decodes pictures, on a host that serves models for them. */
  pictures?: Pictures | undefined
  /** What slow tokenizers share, on a host that serves several models by one thread. */
  slowTexts?: SlowAllowance | undefined
}

export type Isolation = 'auto' | 'always' | 'never'

/** An opened model, before any engine has loaded it. */
export interface OpenedTask {
  /** The files for the engines to load, by a name of the task's choice: the repo's file, or one derived from it. */
  graphs: Readonly<Record<string, string>>
  /** Its fields in `/info`. */
  describe: Record<string, unknown>
  /** Runs to make before the model is ready, of about every shape that requests will have. */
  warmUp: WarmUpRun[]
  /** Tensors that the graph `hidden.graph` has in addition to those of the repo's file. */
  hidden?: HiddenTensors | undefined
  /** Creates its queues, one for each way to run it. */
  serve(createBatcher: BatcherFactory): TaskService
}

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

/** A running task, as protocols use it. */
export interface TaskService {
  /** The Hugging Face pipeline. */
  pipeline(request: PipelineRequest): Promise<PipelineAnswer>
  /** For the protocols that need more. */
  capabilities: Partial<Capabilities>
  /** Those that it offers only to callers that name the model. */
  explicitOnly?: readonly (keyof Capabilities)[]
}

export interface PipelineRequest {
  /** The body's `inputs`, or the bytes of a body that is a picture. */
  inputs: unknown
  /** The body's other fields, overridden by those of its `parameters`: clients send either. */
  parameters: Record<string, unknown>
  options: CallOptions
  /** The name of the caller's client, for those of one task that expect different answers. */
  client?: string | undefined
}

export interface PipelineAnswer {
  json: JsonText
  timing: Timing
  /** The number of input tokens, for a text model. */
  tokens?: number
}

/** A serialised body, in pieces if it is large, to avoid giant strings. */
export type JsonText = string | AsyncIterable<string>

export interface Timing {
  queueMs: number
  runMs: number
  batchSize: number
}

/** The timing of a request whose items ran in several batches: the maximum of each. */
export function timingOf(results: readonly Timing[]): Timing {
  const timing = { queueMs: 0, runMs: 0, batchSize: 0 }
  for (const { queueMs, runMs, batchSize } of results) {
    timing.queueMs = Math.max(timing.queueMs, queueMs)
    timing.runMs = Math.max(timing.runMs, runMs)
    timing.batchSize = Math.max(timing.batchSize, batchSize)
  }
  return timing
}
