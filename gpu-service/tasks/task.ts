import type { OnnxHeader } from '../../shared/onnx/onnx-header.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import type { Device } from '../engine/engine.ts'
import type { ModelFiles } from '../models/model-files.ts'
import type { Capabilities } from './capabilities.ts'
import type { Pictures } from './image/pictures.ts'
import type { Isolation } from './isolation.ts'
import type { BatcherFactory, HiddenTensors, WarmUpRun } from './task-model.ts'
import type { SlowAllowance } from './text/slow-allowance.ts'
import type { Timing } from './timing.ts'

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
  isolate: Isolation
  /** Decodes pictures, on a host that serves models for them. */
  pictures?: Pictures | undefined
  /** What slow tokenizers share, on a host that serves several models by one thread. */
  slowTexts?: SlowAllowance | undefined
}

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
