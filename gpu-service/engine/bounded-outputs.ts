import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Tensors, TensorType } from './engine.ts'
import { outputBytes, tooLarge } from './output-size.ts'

interface BoundedOutputs {
  /** The requested outputs. */
  names: readonly string[]
  results: InferenceSession.ReturnType
  /** The maximum total size. */
  bytesMax: number
}

/**
 * The requested outputs, bounded in size: a graph may turn a small input into any amount of output, which the service
 * must hold in memory until it is sent.
 *
 * @throws Error if one is missing or they are too large
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
