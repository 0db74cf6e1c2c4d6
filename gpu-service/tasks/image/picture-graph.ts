import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Device } from '../../engine/engine.ts'
import { fixedSize } from '../fixed-batch.ts'
import { type FloatType, floatTypes, isFloatType } from '../float-tensors.ts'
import type { Size } from './fit.ts'

/** How a graph takes its pictures. */
export interface PictureGraph {
  input: string
  type: FloatType
  layout: PictureLayout
  /** The number of pictures per run, if the graph has a fixed batch size. */
  batchSize: number | undefined
  /** The most pictures per run. */
  itemsMax: number
}

export type PictureLayout = 'channels first' | 'channels last'

/** Limits filling a tensor to about 5 ms, during which it blocks the event loop. */
const valuesMax = { cpu: 1_000_000, cuda: 2_000_000 }
/** A CPU gains nothing from more. */
const picturesMax = { cpu: 8, cuda: 64 }

/** @throws AppError `unsupported_model` naming the input at fault. */
export function readPictureGraph({ inputs, file, size, device }: ReadPictureGraph): PictureGraph {
  const input = inputs.find(({ name }) => name === 'pixel_values') ?? inputs.find(({ shape }) => shape?.length === 4)
  if (input === undefined) throw errors.unsupportedModel(`"${file}" has no input for pictures, such as "pixel_values".`)
  const { type } = input
  if (!isFloatType(type))
    throw errors.unsupportedModel(
      `the input "${input.name}" of "${file}" is ${type}; ${floatTypes.join(' and ')} are served.`,
    )
  const layout = layoutOf(input)
  const [batch, ...sides] = input.shape ?? []
  const expected = layout === 'channels last' ? [size.height, size.width, 3] : [3, size.height, size.width]
  if (sides.some((side, index) => typeof side === 'number' && side > 0 && side !== expected[index]))
    throw errors.unsupportedModel(
      `the input "${input.name}" of "${file}" takes pictures of [${sides.join(', ')}], but preprocessor_config.json makes them [${expected.join(', ')}].`,
    )
  const room = Math.max(1, Math.floor(valuesMax[device] / (3 * size.width * size.height)))
  const batchSize = fixedSize(batch)
  if (batchSize !== undefined && batchSize > room)
    throw errors.unsupportedModel(
      `"${file}" takes exactly ${batchSize} pictures at once; at most ${room} of this size are served. Export it with a dynamic batch size.`,
    )
  return { input: input.name, type, layout, batchSize, itemsMax: batchSize ?? Math.min(picturesMax[device], room) }
}

interface ReadPictureGraph {
  inputs: OnnxHeader['inputs']
  file: string
  size: Size
  device: Device
}

const layoutOf = ({ shape }: TensorSignature): PictureLayout =>
  shape?.[3] === 3 && shape[1] !== 3 ? 'channels last' : 'channels first'
