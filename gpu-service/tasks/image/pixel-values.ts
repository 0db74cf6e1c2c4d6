import type { Tensor } from '../../engine/engine.ts'
import type { Size } from './fit.ts'
import type { PictureLayout } from './picture-graph.ts'
import type { PixelValues } from './picture-settings.ts'

/** A picture's reds, greens and blues, plane by plane. */
export type Planes = Uint8Array

const levels = 256

/** What each byte of each channel becomes, in the 32-bit steps in which numpy takes it there. */
export function valueTable({ rescaleFactor, mean, std }: PixelValues): Float32Array {
  const table = new Float32Array(3 * levels)
  const f = Math.fround
  for (let channel = 0; channel < 3; channel++)
    for (let byte = 0; byte < levels; byte++)
      table[channel * levels + byte] = f(f(byte * rescaleFactor) - f(mean[channel] ?? 0)) / f(std[channel] ?? 1)
  return table
}

/** Pictures of one size as the tensor of a batch. */
export function pixelTensor({ pictures, size, table, layout, isReversed }: PixelTensor): Tensor {
  const plane = size.width * size.height
  const data = new Float32Array(pictures.length * 3 * plane)
  const isLast = layout === 'channels last'
  const step = isLast ? 3 : 1
  for (const [index, picture] of pictures.entries())
    for (let channel = 0; channel < 3; channel++) {
      const from = (isReversed ? 2 - channel : channel) * plane
      const values = table.subarray(channel * levels, (channel + 1) * levels)
      let at = index * 3 * plane + (isLast ? channel : channel * plane)
      for (let pixel = from; pixel < from + plane; pixel++, at += step)
        data[at] = values[picture[pixel] as number] as number
    }
  const { width, height } = size
  return { type: 'float32', dims: [pictures.length, ...(isLast ? [height, width, 3] : [3, height, width])], data }
}

interface PixelTensor {
  pictures: readonly Planes[]
  size: Size
  table: Float32Array
  layout: PictureLayout
  isReversed: boolean
}
