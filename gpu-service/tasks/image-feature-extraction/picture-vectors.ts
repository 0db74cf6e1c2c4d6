import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Tensors } from '../../engine/engine.ts'
import type { Embedding } from '../feature-extraction/embedding-input.ts'
import { floatsOf, isFloatType } from '../float-tensors.ts'

/** The outputs that hold a vector of each picture, best first. */
export const vectorOutputs = ['image_embeds', 'pooler_output', 'last_hidden_state']

/** Selects the output to serve. A convolutional network's hidden state is a map of features, which has no CLS token. */
export const vectorOutput = ({ outputs }: Pick<OnnxHeader, 'outputs'>): string | undefined =>
  vectorOutputs.find((name) =>
    outputs.some(
      (output) =>
        output.name === name &&
        isFloatType(output.type) &&
        !(name === 'last_hidden_state' && output.shape?.length === 4),
    ),
  )

/** The vector of each picture: of several tokens that of the first, CLS; ResNet's pooled one is [channels, 1, 1]. */
export function pictureVectors(tensors: Tensors, output: string, count: number): Embedding[] {
  const data = floatsOf(tensors, output)
  const dims = tensors[output]?.dims ?? []
  const stride = data.length / count
  const width = dims.length === 3 ? (dims[2] ?? stride) : stride
  return Array.from({ length: count }, (_, row) => data.slice(row * stride, row * stride + width))
}
