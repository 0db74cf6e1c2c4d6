/**
 * What runs a graph. One engine works on one thing at a time; concurrency is several engines. The CPU and CUDA engines
 * differ by one setting, and an asynchronous binding could take the place of the process behind this interface.
 */
export interface Engine {
  /** Opens a model file under an id of the caller's choice. @throws Error with the runtime's reason. */
  load(request: ModelFile): Promise<void>
  /** Runs a graph and returns only the outputs asked for. The inputs stay as they are, and may not change until then. */
  run(request: EngineRun): Promise<Tensors>
  /** An id that is not loaded is no error. */
  unload(request: { modelId: string }): Promise<void>
  /** Fulfilled when the engine can be given work: one that died and was replaced is loading its models again. */
  restored(): Promise<void>
  /** Finishes what was asked for before, then leaves. */
  close(): Promise<void>
}

export interface ModelFile {
  modelId: string
  path: string
  /** What the model's files hold together, where that is known: how long a load may take grows with it. */
  fileBytes?: number
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
  /** Whether it is handed over with another, which is asked for in the same turn, and may be answered with that. */
  more?: boolean | undefined
  watch?: RunWatch | undefined
}

/** What becomes known of a run while it is made. */
export interface RunWatch {
  /** It is begun, which is later than it was asked for where another goes before it. */
  began(): void
  /** How long it took in the engine, without what it took to hand it over. */
  ran(runMs: number): void
}

/** The threads of one engine, or as many as there are cores. */
export type Threads = 'own' | 'all'

export type Tensors = Record<string, Tensor>

export interface Tensor {
  type: TensorType
  dims: readonly number[]
  data: TensorData
}

export type TensorType = keyof TensorDataOf

export type TensorData = TensorDataOf[TensorType]

/** What holds the elements of each type. A bool is a byte of 0 or 1, a float16 its sixteen bits. */
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

/** An engine that went away with work in its hands. */
export class EngineDied extends Error {
  override name = 'EngineDied'
  /** Whether it ended by itself over the work that this is told of: it was neither killed nor busy with other work. */
  readonly isByItself: boolean
  /** How long it took of late until another one could be given work, where that is known. */
  backInMs: number | undefined

  constructor(message: string, { isByItself = false }: { isByItself?: boolean } = {}) {
    super(message)
    this.isByItself = isByItself
  }
}

/** An engine that was given up because a model did not come to an end. */
export class ModelHung extends EngineDied {
  override name = 'ModelHung'
}

/** A model that an engine held before it died and could not load again. */
export class ModelLost extends Error {
  override name = 'ModelLost'
}

/** A model over whose runs one engine after the other ended. */
export class ModelEndsEngines extends ModelLost {
  override name = 'ModelEndsEngines'
}

export interface LostModel {
  modelId: string
  error: ModelLost
}
