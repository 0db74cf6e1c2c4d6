import { describe, expect, it } from 'vitest'
import {
  pictureVectors,
  vectorOutput,
} from '../../../../../gpu-service/tasks/image-feature-extraction/picture-vectors.ts'

const vectors = (dims: number[]) => {
  const data = Float32Array.from({ length: dims.reduce((product, size) => product * size, 1) }, (_, index) => index)
  return pictureVectors({ output: { type: 'float32', dims, data } }, 'output', dims[0] ?? 0).map((one) => [...one])
}

describe('the vector of a picture', () => {
  it('is the pooled one, also of a convolutional network, whose height and width are 1', () => {
    expect(vectors([2, 3])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
    expect(vectors([2, 3, 1, 1])).toEqual(vectors([2, 3]))
  })

  it('is that of the first token', () => {
    expect(vectors([2, 2, 2])).toEqual([
      [0, 1],
      [4, 5],
    ])
  })

  it('is not taken from a map of features', () => {
    const output = (name: string, rank: number) => ({ name, type: 'float32', shape: Array<string>(rank).fill('n') })
    expect(vectorOutput({ outputs: [output('last_hidden_state', 4), output('pooler_output', 4)] })).toBe(
      'pooler_output',
    )
    expect(vectorOutput({ outputs: [output('last_hidden_state', 3)] })).toBe('last_hidden_state')
    expect(vectorOutput({ outputs: [output('last_hidden_state', 4)] })).toBeUndefined()
  })
})
