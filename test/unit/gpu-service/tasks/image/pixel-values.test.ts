import { describe, expect, it } from 'vitest'
import { pixelTensor, valueTable } from '../../../../../gpu-service/tasks/image/pixel-values.ts'

describe('pixel tensors', () => {
  const plain = { rescaleFactor: 1 / 255, offset: 0, mean: [0.5, 0.4, 0.3], std: [0.5, 0.2, 0.1], isReversed: false }
  /** One pixel: red 255, green 0, blue 51. */
  const pictures = [Uint8Array.of(255, 0, 51)]
  const tensor = (layout: 'channels first' | 'channels last', isReversed = false) =>
    pixelTensor({
      pictures,
      size: { width: 1, height: 1 },
      table: valueTable(plain),
      type: 'float32',
      layout,
      isReversed,
    })

  it('are scaled and normalised by channel', () => {
    const { data, dims } = tensor('channels first')
    expect(dims).toEqual([1, 3, 1, 1])
    expect(Array.from(data, Number)).toEqual([expect.closeTo(1, 6), expect.closeTo(-2, 6), expect.closeTo(-1, 6)])
  })

  it('are laid out pixel by pixel for a graph with channels last, and reversed on request', () => {
    const size = { width: 2, height: 1 }
    const table = valueTable({ rescaleFactor: 1, offset: 0, mean: [0, 0, 0], std: [1, 1, 1], isReversed: false })
    const planes = [Uint8Array.of(1, 2, 3, 4, 5, 6)]
    const { data, dims } = pixelTensor({
      pictures: planes,
      size,
      table,
      type: 'float32',
      layout: 'channels last',
      isReversed: false,
    })
    expect(dims).toEqual([1, 1, 2, 3])
    expect(Array.from(data, Number)).toEqual([1, 3, 5, 2, 4, 6])
    const reversed = pixelTensor({
      pictures: planes,
      size,
      table,
      type: 'float32',
      layout: 'channels first',
      isReversed: true,
    })
    expect(Array.from(reversed.data, Number)).toEqual([5, 6, 3, 4, 1, 2])
  })
})
