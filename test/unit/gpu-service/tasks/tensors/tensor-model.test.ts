import { describe, expect, it } from 'vitest'
import { type TensorRequest, tensorModel } from '../../../../../gpu-service/tasks/tensors/tensor-model.ts'

const requestOf = (...all: number[][]): TensorRequest => ({
  inputs: Object.fromEntries(
    all.map((dims, index) => {
      const data = new Float32Array(dims.reduce((product, size) => product * size, 1))
      return [`input${index}`, { type: 'float32' as const, dims, data }]
    }),
  ),
  outputs: ['y'],
  rows: all[0]?.[0],
  group: 'one',
})

function model(...shapes: (number | string)[][]) {
  const inputs = shapes.map((shape, index) => ({ name: `input${index}`, type: 'float32', shape }))
  return tensorModel({ graph: 'main', inputs, device: 'cpu', hidden: undefined })
}

it('passes on the tensors of a lone request without a copy', () => {
  const request = requestOf([2, 4])
  expect(model(['batch', 4]).encode([request]).inputs.input0?.data).toBe(request.inputs.input0?.data)
})

describe('the cost of a tensor request', () => {
  it('is its rows, if the graph fixes the size of a row', () => {
    const { sizeOf, costMax } = model(['batch', 4], ['batch', 2, 3])
    expect([1, 7, 64].map((rows) => sizeOf(requestOf([rows, 4], [rows, 2, 3])))).toEqual([1, 7, 64])
    expect(costMax).toBe(64)
  })

  it('grows with the size of a row, if the request determines it', () => {
    const { sizeOf, costMax } = model(['batch', 'sequence'], ['batch', 'sequence'])
    expect(sizeOf(requestOf([2, 128], [2, 128]))).toBe(256)
    const one = requestOf([1, 1_000_000], [1, 1_000_000])
    expect(sizeOf(one)).toBe(1_000_000)
    expect(2 * sizeOf(one)).toBeGreaterThan(costMax)
  })

  it('is never zero', () => {
    expect(model(['batch', 0]).sizeOf(requestOf([3, 0]))).toBe(1)
    expect(model([]).sizeOf(requestOf([]))).toBe(1)
  })
})
