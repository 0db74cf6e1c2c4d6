import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Tensors, TensorType } from './engine.ts'
import { outputBytes, tooLarge } from './output-size.ts'

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
  const outputs = Object.fromEntries(names.map((name) => [name, tensorOf(name, results[name])]))
  const bytes = outputBytes(outputs)
  if (bytes > bytesMax) throw new Error(tooLarge({ bytes, bytesMax }))
  return outputs
}

function tensorOf(name: string, tensor: Tensor | undefined): Tensors[string] {
  if (tensor === undefined) throw new Error(`the graph has no output "${name}"`)
  return { type: tensor.type as TensorType, dims: tensor.dims, data: tensor.data as Tensors[string]['data'] }
}
