import * as z from 'zod'
import { errors, messageOf } from '../../../shared/errors.ts'
import { localPath, type ModelFiles, readConfig } from '../../models/model-files.ts'
import { readSafetensors } from './safetensors.ts'

export type Activation = 'identity' | 'tanh' | 'relu' | 'sigmoid'

/** A layer after the pooling: activation(vector × weight + bias). */
export interface DenseLayer {
  kind: 'dense'
  inWidth: number
  outWidth: number
  /** [inWidth, outWidth] in row-major order, as MatMul takes it. */
  weight: Float32Array<ArrayBuffer>
  bias: Float32Array<ArrayBuffer> | undefined
  activation: Activation
}

const denseConfig = z.object({
  in_features: z.number().int().positive(),
  out_features: z.number().int().positive(),
  bias: z.boolean().default(true),
  activation_function: z.string().default('torch.nn.modules.activation.Tanh'),
  module_input_name: z.string().default('sentence_embedding'),
  module_output_name: z.string().nullish(),
  use_residual: z.boolean().nullish(),
})

const activations: Record<string, Activation> = { Identity: 'identity', Tanh: 'tanh', ReLU: 'relu', Sigmoid: 'sigmoid' }

/** Reads a `Dense` module of sentence-transformers. @throws AppError `unsupported_model` naming what is wrong */
export async function readDenseLayer(files: ModelFiles, folder: string): Promise<DenseLayer> {
  const path = `${folder}/config.json`
  const config = await readConfig(files, path, denseConfig)
  if (config === undefined)
    throw errors.unsupportedModel(`modules.json lists a module in "${folder}", which has no "${path}".`)
  const { in_features: inWidth, out_features: outWidth, activation_function: named } = config
  // sentence-transformers replaces an activation of other packages by Tanh unless it may run the repo's code.
  const activation = named.startsWith('torch.') ? activations[named.split('.').at(-1) ?? named] : undefined
  if (activation === undefined)
    throw errors.unsupportedModel(
      `"${path}" asks for the activation "${named}"; ${Object.keys(activations).join(', ')} of torch.nn are served.`,
    )
  const into = config.module_output_name ?? config.module_input_name
  if (config.module_input_name !== 'sentence_embedding' || into !== 'sentence_embedding')
    throw errors.unsupportedModel(
      `"${path}" must be a layer from "sentence_embedding" to "sentence_embedding"; no other is served.`,
    )
  if (config.use_residual)
    throw errors.unsupportedModel(
      `"${path}" sets "use_residual", which adds the layer's input to its output and is not served.`,
    )
  const { weight, bias } = await readWeights({ files, folder, inWidth, outWidth })
  if (config.bias && bias === undefined)
    throw errors.unsupportedModel(`"${folder}/model.safetensors" has no "linear.bias" of ${outWidth} values.`)
  return {
    kind: 'dense',
    inWidth,
    outWidth,
    weight: transposed(weight, { rows: outWidth, columns: inWidth }),
    bias: config.bias ? bias : undefined,
    activation,
  }
}

async function readWeights({ files, folder, inWidth, outWidth }: ReadWeights) {
  const path = `${folder}/model.safetensors`
  if (!files.paths.has(path))
    throw errors.unsupportedModel(
      `the dense layer "${folder}" has no "${path}"; weights in other formats are not read.`,
    )
  const tensors = await readSafetensors(localPath(files, path)).catch((error) => {
    // An error of the file system is not the file's fault.
    if (error instanceof Error && 'syscall' in error) throw error
    throw errors.unsupportedModel(`the file "${path}" could not be read: ${messageOf(error)}`)
  })
  const weight = tensors.get('linear.weight')
  const bias = tensors.get('linear.bias')
  if (weight?.data.length !== inWidth * outWidth || weight.shape[0] !== outWidth)
    throw errors.unsupportedModel(`"${path}" has no "linear.weight" of ${outWidth} × ${inWidth} values.`)
  return { weight: weight.data, bias: bias?.data.length === outWidth ? bias.data : undefined }
}

interface ReadWeights {
  files: ModelFiles
  folder: string
  inWidth: number
  outWidth: number
}

function transposed(matrix: Float32Array, { rows, columns }: { rows: number; columns: number }) {
  const turned = new Float32Array(matrix.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = matrix[row * columns + column] ?? Number.NaN
  return turned
}
