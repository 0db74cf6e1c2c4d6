import type { Tensor } from '../../engine/engine.ts'
import { type FloatType, floatTensor } from '../float-tensors.ts'
import type { Size } from './fit.ts'
import type { PictureLayout } from './picture-graph.ts'
import type { PixelValues } from './picture-settings.ts'

/** A picture's red, green and blue planes, one after the other. */
export type Planes = Uint8Array

const levels = 256

/** The value of each byte in each channel, rounded to float32 in the same steps as in numpy. */
export function valueTable({ rescaleFactor, offset, mean, std }: PixelValues): Float32Array {
  const table = new Float32Array(3 * levels)
  const f = Math.fround
  for (let channel = 0; channel < 3; channel++)
    for (let byte = 0; byte < levels; byte++)
      table[channel * levels + byte] =
        f(f(byte * rescaleFactor - offset) - f(mean[channel] ?? 0)) / f(std[channel] ?? 1)
  return table
}

/** Converts pictures of one size to the tensor of a batch. */
export function pixelTensor({ pictures, size, table, type, layout, isReversed }: PixelTensor): Tensor {
  const plane = size.width * size.height
  const data = new Float32Array(pictures.length * 3 * plane)
  const isLast = layout === 'channels last'
  const step = isLast ? 3 : 1
  for (const [index, picture] of pictures.entries())
    for (let channel = 0; channel < 3; channel++) {
      const source = isReversed ? 2 - channel : channel
      const bytes = picture.subarray(source * plane, (source + 1) * plane)
      fillChannel({ data, at: index * 3 * plane + (isLast ? channel : channel * plane), step, bytes, table, channel })
    }
  const { width, height } = size
  return floatTensor({ type, dims: [pictures.length, ...(isLast ? [height, width, 3] : [3, height, width])], data })
}

interface PixelTensor {
  pictures: readonly Planes[]
  size: Size
  table: Float32Array
  type: FloatType
  layout: PictureLayout
  isReversed: boolean
}

function fillChannel({ data, at, step, bytes, table, channel }: FillChannel): void {
  const first = channel * levels
  const count = bytes.length
  for (let pixel = 0, to = at; pixel < count; pixel++, to += step)
    data[to] = table[first + (bytes[pixel] as number)] as number
}

interface FillChannel {
  data: Float32Array
  at: number
  step: number
  bytes: Planes
  table: Float32Array
  channel: number
}
