import type { Fit, Resample, Size } from './fit.ts'
import { precisionBits, resampleWeights, type Weights } from './resample-weights.ts'

/** Three bytes per pixel, row by row. */
export interface Picture extends Size {
  data: Uint8Array
}

const channels = 3
const half = 2 ** (precisionBits - 1)

/**
 * Resizes a picture for the model, to its red, green and blue planes. As in Pillow, a horizontal pass and then a
 * vertical one, each rounded to bytes: models were trained on exactly these pixels. Pillow 12.3 swaps the passes for
 * pictures more than 100 times as tall as wide, which changes some bytes by the rounding.
 */
export function resizePicture(picture: Picture, { fit, resample }: { fit: Fit; resample: Resample }): Uint8Array {
  const { resized, kept, answer } = fit
  const across = resampleWeights({
    inSize: picture.width,
    outSize: resized.width,
    from: kept.left,
    count: kept.width,
    resample,
  })
  const down = resampleWeights({
    inSize: picture.height,
    outSize: resized.height,
    from: kept.top,
    count: kept.height,
    resample,
  })
  // Only the rows that the second pass needs.
  const first = down.starts[0] ?? 0
  const last = kept.height - 1
  const rows = (down.starts[last] ?? 0) + (down.counts[last] ?? 0) - first
  const narrowed = resizeRows({ picture, weights: across, first, rows })
  const planes = new Uint8Array(channels * answer.width * answer.height)
  resizeColumns({ rows: narrowed, first, width: kept.width, weights: down, planes, answer })
  return planes
}

function resizeRows({ picture, weights, first, rows }: ResizeRows): Uint8Array {
  const { starts, counts, values, stride } = weights
  const { data } = picture
  const width = starts.length
  const out = new Uint8Array(rows * width * channels)
  let at = 0
  for (let row = 0; row < rows; row++) {
    const line = (first + row) * picture.width * channels
    for (let column = 0; column < width; column++) {
      let red = half
      let green = half
      let blue = half
      let pixel = line + (starts[column] as number) * channels
      const end = column * stride + (counts[column] as number)
      for (let tap = column * stride; tap < end; tap++, pixel += channels) {
        const weight = values[tap] as number
        red = (red + Math.imul(data[pixel] as number, weight)) | 0
        green = (green + Math.imul(data[pixel + 1] as number, weight)) | 0
        blue = (blue + Math.imul(data[pixel + 2] as number, weight)) | 0
      }
      out[at++] = toByte(red)
      out[at++] = toByte(green)
      out[at++] = toByte(blue)
    }
  }
  return out
}

interface ResizeRows {
  picture: Picture
  weights: Weights
  first: number
  rows: number
}

function resizeColumns({ rows, first, width, weights, planes, answer }: ResizeColumns): void {
  const { starts, counts, values, stride } = weights
  const lineLength = width * channels
  const plane = answer.width * answer.height
  const sums = new Int32Array(lineLength)
  for (let row = 0; row < starts.length; row++) {
    sums.fill(half)
    for (let tap = 0; tap < (counts[row] as number); tap++) {
      const weight = values[row * stride + tap] as number
      const line = ((starts[row] as number) + tap - first) * lineLength
      for (let i = 0; i < lineLength; i++)
        sums[i] = ((sums[i] as number) + Math.imul(rows[line + i] as number, weight)) | 0
    }
    const at = (answer.top + row) * answer.width + answer.left
    for (let column = 0, i = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++, i++)
        planes[channel * plane + at + column] = toByte(sums[i] as number)
  }
}

interface ResizeColumns {
  rows: Uint8Array
  first: number
  width: number
  weights: Weights
  planes: Uint8Array
  answer: Fit['answer']
}

function toByte(sum: number): number {
  const value = sum >> precisionBits
  return value < 0 ? 0 : value > 255 ? 255 : value
}
