import type { TensorSignature } from '../../shared/contract/repo.ts'
import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import type { Batcher } from '../batcher/batcher.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import type { Device, EngineCall, Tensors } from '../engine/engine.ts'
import type { ModelFiles } from '../models/model-files.ts'
import type { Capabilities } from './capabilities.ts'
import type { Pictures } from './image/pictures.ts'

/** One kind of thing that models do. A task reads a model's files and knows how to ask its graph. */
export interface Task {
  name: string
  /** Other ONNX files of a repo that it serves together with this one. */
  filesWith?(file: string): readonly string[]
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

/** How the host and the deployment want models to be run. */
export interface RunSettings {
  device: Device
  /** Whether the members of a batch run alone: `auto` where the others would change a member's answer. */
  isolate: Isolation
  /** What reads pictures, on a host that does. */
  pictures?: Pictures | undefined
}

export type Isolation = 'auto' | 'always' | 'never'

/** A model as its task understands it, before any engine holds it. */
export interface OpenedTask {
  /** The files that the engines load, by a name of the task's own: the repo's file as it is, or made from it. */
  graphs: Readonly<Record<string, string>>
  /** What `/info` says of it. */
  describe: Record<string, unknown>
  /** Runs that a new model makes before it is ready: every shape that it will be asked for, about. */
  warmUp: WarmUpRun[]
  /** What the graph `hidden.graph` was made to take and give beside what the repo's file says. */
  hidden?: HiddenTensors | undefined
  /** Puts queues before it, one for each way to ask it. */
  serve(createBatcher: BatcherFactory): TaskService
}

/** The tensors that nodes behind a graph added to it, for those who ask it by the names of its tensors. */
export interface HiddenTensors {
  graph: string
  /** Further outputs, by the name that callers see and the name in the graph. */
  outputs: readonly (TensorSignature & { source: string })[]
  /** The inputs that callers do not see, made from those they gave. @throws AppError `invalid_input` */
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
  /** How many tokens of a text it is, as limits and bills count them; none, where it is not said. */
  tokensOf?: (input: Input) => number
  /** The most that one run may cost, padding included, in the unit of `sizeOf`. */
  costMax: number
  itemsMax: number
  /** Only inputs of one group may share a run. All may, where this is absent. */
  groupOf?: (input: Input) => string
  /** Inputs with one key have one answer, so that those which wait together are computed once. */
  keyOf?: (input: Input) => string
  encode(inputs: readonly Input[]): EngineCall
  /** As many answers as inputs, in their order. */
  decode(tensors: Tensors, inputs: readonly Input[]): Output[]
}

/** A task at work: what the protocols speak to. */
export interface TaskService {
  /** The Hugging Face pipeline shape. */
  pipeline(request: PipelineRequest): Promise<PipelineAnswer>
  /** What else it can do, for the protocols that ask for it. */
  capabilities: Partial<Capabilities>
  /** Which of those it is not for, so that it does them where it is named and no other does. */
  besides?: readonly (keyof Capabilities)[]
}

export interface PipelineRequest {
  /** The body's `inputs`, or the bytes of a body that is a picture. */
  inputs: unknown
  /** What stands in the body beside `inputs`, and over it what stands in its `parameters`: clients send either. */
  parameters: Record<string, unknown>
  options: CallOptions
  /** What the caller's client calls itself, where clients of one task read different answers. */
  client?: string | undefined
}

export interface PipelineAnswer {
  json: JsonText
  timing: Timing
  /** How many tokens the inputs were, for a text model. */
  tokens?: number
}

/** A body that is written already: in pieces where it is large, so that no giant string is made. */
export type JsonText = string | AsyncIterable<string>

export interface Timing {
  queueMs: number
  runMs: number
  batchSize: number
}

/** Of a request whose items ran in several batches: the longest of each. */
export function timingOf(results: readonly Timing[]): Timing {
  const timing = { queueMs: 0, runMs: 0, batchSize: 0 }
  for (const { queueMs, runMs, batchSize } of results) {
    timing.queueMs = Math.max(timing.queueMs, queueMs)
    timing.runMs = Math.max(timing.runMs, runMs)
    timing.batchSize = Math.max(timing.batchSize, batchSize)
  }
  return timing
}
