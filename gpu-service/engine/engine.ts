/**
 * Runs graphs, one call at a time; several engines give concurrency. The CPU and CUDA engines differ by one setting, and
 * an asynchronous binding could replace the process behind this interface.
 */
export interface Engine {
  /** Opens a model file under an id chosen by the caller. @throws Error with the runtime's reason. */
  load(request: ModelFile): Promise<void>
  /** Runs a graph and returns the requested outputs. The inputs must not change until then. */
  run(request: EngineRun): Promise<Tensors>
  /** Does nothing if the model is not loaded. */
  unload(request: { modelId: string }): Promise<void>
  /** Resolves when the engine can take work: after a restart it first reloads its models. */
  restored(): Promise<void>
  /** Finishes all earlier calls, then exits. */
  close(): Promise<void>
}

export interface ModelFile {
  modelId: string
  path: string
  /** Total size of the model's files, if known; the time limit of a load grows with it. */
  fileBytes?: number
}

export type Device = 'cpu' | 'cuda'

export interface EngineCall {
  inputs: Tensors
  outputs: readonly string[]
}

export interface EngineRun extends EngineCall {
  modelId: string
  /** By default all if no other engine is running. */
  threads?: Threads | undefined
  /** Whether another run follows in the same turn of the event loop, so that both may be answered together. */
  more?: boolean | undefined
  watch?: RunWatch | undefined
}

/** Receives the progress of a run. */
export interface RunWatch {
  /** The run has started, possibly after other calls to the same engine. */
  began(): void
  /** The time in the engine, without the hand-over. */
  ran(runMs: number): void
}

/** An engine's own number of threads, or one per core. */
export type Threads = 'own' | 'all'

export type Tensors = Record<string, Tensor>

export interface Tensor {
  type: TensorType
  dims: readonly number[]
  data: TensorData
}

export type TensorType = keyof TensorDataOf

export type TensorData = TensorDataOf[TensorType]

/** The array type of each element type. A bool is a byte of 0 or 1, a float16 its sixteen bits. */
export interface TensorDataOf {
  float16: Uint16Array<ArrayBuffer>
  float32: Float32Array<ArrayBuffer>
  float64: Float64Array<ArrayBuffer>
  int8: Int8Array<ArrayBuffer>
  int16: Int16Array<ArrayBuffer>
  int32: Int32Array<ArrayBuffer>
  int64: BigInt64Array<ArrayBuffer>
  uint8: Uint8Array<ArrayBuffer>
  uint16: Uint16Array<ArrayBuffer>
  uint32: Uint32Array<ArrayBuffer>
  uint64: BigUint64Array<ArrayBuffer>
  bool: Uint8Array<ArrayBuffer>
  string: string[]
}

/** An engine died with work in progress. */
export class EngineDied extends Error {
  override name = 'EngineDied'
  /** Whether this work made it crash: it was not killed from outside and not busy with other work. */
  readonly isByItself: boolean
  /** How long recent restarts took until the engine could take work, if known. */
  backInMs: number | undefined

  constructor(message: string, { isByItself = false }: { isByItself?: boolean } = {}) {
    super(message)
    this.isByItself = isByItself
  }
}

/** An engine was killed because a run or load did not end in time. */
export class ModelHung extends EngineDied {
  override name = 'ModelHung'
}

/** A model that a restarted engine could not load again. */
export class ModelLost extends Error {
  override name = 'ModelLost'
}

/** A model whose runs crashed one engine after another. */
export class ModelEndsEngines extends ModelLost {
  override name = 'ModelEndsEngines'
}

export interface LostModel {
  modelId: string
  error: ModelLost
}
