import { describe, expect, it } from 'vitest'
import { readPictureGraph } from '../../../../../gpu-service/tasks/image/picture-graph.ts'

describe('a graph that takes pictures', () => {
  const read = (shape: (number | string)[], type = 'float32') =>
    readPictureGraph({
      inputs: [{ name: 'x', type, shape }],
      file: 'model.onnx',
      size: { width: 224, height: 224 },
      device: 'cpu',
    })

  it('determines the channel layout and the batch size', () => {
    expect(read(['n', 3, 224, 224])).toEqual({ input: 'x', type: 'float32', layout: 'channels first', itemsMax: 6 })
    expect(read(['n', 'h', 'w', 3])).toEqual({ input: 'x', type: 'float32', layout: 'channels last', itemsMax: 6 })
    expect(read([1, 3, 224, 224])).toMatchObject({ itemsMax: 1, batchSize: 1 })
    expect(read([4, 3, 224, 224])).toMatchObject({ itemsMax: 4, batchSize: 4 })
  })

  it.each([
    ['another size', () => read(['n', 3, 384, 384]), '384'],
    ['one channel', () => read(['n', 1, 224, 224]), 'makes them [3, 224, 224]'],
    ['more at once than a run has', () => read([7, 3, 224, 224]), 'exactly 7'],
    ['bytes', () => read(['n', 3, 224, 224], 'uint8'), 'float32 and float16 are served'],
    ['texts', () => read(['n', 'm']), 'no input for pictures'],
  ])('is refused by name: %s', (_name, open, words) => {
    expect(open).toThrow(words)
  })
})
