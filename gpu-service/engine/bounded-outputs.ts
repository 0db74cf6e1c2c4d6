import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Tensors, TensorType } from './engine.ts'

export interface BoundedOutputs {
  /** Which of the results are asked for. */
  names: readonly string[]
  results: InferenceSession.ReturnType
  /** How much they may hold together. */
  bytesMax: number
}

/**
 * The outputs asked for, as they go to the service. A graph may make as much of a small input as it likes, and the service
 * holds all of it until it is sent.
 *
 * @throws Error where one is missing, or where they are too large
 */
export function boundedOutputs({ names, results, bytesMax }: BoundedOutputs): Tensors {
  const outputs = names.map((name) => [name, tensorOf(name, results[name])] as const)
  const bytes = outputs.reduce((total, [, { data }]) => total + bytesOf(data), 0)
  if (bytes > bytesMax)
    throw new Error(`its outputs hold ${mebibytes(bytes)} MiB, and at most ${mebibytes(bytesMax)} MiB are sent`)
  return Object.fromEntries(outputs)
}

function tensorOf(name: string, tensor: Tensor | undefined): Tensors[string] {
  if (tensor === undefined) throw new Error(`the graph has no output "${name}"`)
  return { type: tensor.type as TensorType, dims: tensor.dims, data: tensor.data as Tensors[string]['data'] }
}

/** What a text takes in the service beside its characters, its length among the bytes that bring it included. */
const textBytes = 32

const bytesOf = (data: Tensors[string]['data']): number =>
  Array.isArray(data) ? data.reduce((total, text) => total + textBytes + Buffer.byteLength(text), 0) : data.byteLength

const mebibytes = (bytes: number): number => Math.ceil(bytes / 1024 ** 2)
