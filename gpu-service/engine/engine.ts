/**
 * What runs a graph. One engine works on one thing at a time; concurrency is several engines. The CPU and CUDA engines
 * differ by one setting, and an asynchronous binding could take the place of the process behind this interface.
 */
export interface Engine {
  /** Opens a model file under an id of the caller's choice. @throws Error with the runtime's reason. */
  load(request: { modelId: string; path: string }): Promise<void>
  /** Runs a graph and returns only the outputs asked for. The inputs' buffers are given away. */
  run(request: EngineRun): Promise<Tensors>
  /** An id that is not loaded is no error. */
  unload(request: { modelId: string }): Promise<void>
  /** Fulfilled when the engine can be given work: one that died and was replaced is loading its models again. */
  restored(): Promise<void>
  /** Finishes what was asked for before, then leaves. */
  close(): Promise<void>
}

export type Device = 'cpu' | 'cuda'

export interface EngineCall {
  inputs: Tensors
  outputs: readonly string[]
}

export interface EngineRun extends EngineCall {
  modelId: string
  /** By default all of them where no other engine runs anything. */
  threads?: Threads | undefined
}

/** The threads of one engine, or as many as there are cores. */
export type Threads = 'own' | 'all'

export type Tensors = Record<string, Tensor>

export interface Tensor {
  type: TensorType
  dims: readonly number[]
  data: TensorData
}

export type TensorType = 'float32' | 'float64' | 'int32' | 'int64' | 'string' | 'bool' | 'uint8' | 'int8'

export type TensorData =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | string[]

/** An engine that went away with work in its hands. */
export class EngineDied extends Error {
  override name = 'EngineDied'
}

/** An engine that was given up because a model did not come to an end. */
export class ModelHung extends EngineDied {
  override name = 'ModelHung'
}

/** A model that an engine held before it died and could not load again. */
export class ModelLost extends Error {
  override name = 'ModelLost'
}

export interface LostModel {
  modelId: string
  error: ModelLost
}
