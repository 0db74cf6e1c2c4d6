import { describe, expect, it } from 'vitest'
import { readTexts } from '../../../../../gpu-service/tasks/text/read-texts.ts'
import {
  assertNumbers,
  outputNamed,
  outputRows,
  type TextModel,
  tokenModel,
} from '../../../../../gpu-service/tasks/text/text-model.ts'
import { readTokenInputs, tokenTensors } from '../../../../../gpu-service/tasks/text/token-tensors.ts'

const input = (name: string, type: string) => ({ name, type, shape: ['batch', 'length'] }) as never
const batch = [{ ids: [7, 8, 9], typeIds: [0, 1, 1] }, { ids: [5] }]

describe('token tensors', () => {
  it('have the inputs and integer types that the graph takes, padded at the end', () => {
    const inputs = readTokenInputs({
      file: 'a.onnx',
      graph: {
        inputs: [
          input('input_ids', 'int64'),
          input('attention_mask', 'int32'),
          input('token_type_ids', 'int64'),
          input('position_ids', 'int32'),
        ],
      },
    })
    const tensors = tokenTensors({ inputs, batch, padTokenId: 1, positionOffset: 2 })
    expect(tensors).toEqual({
      input_ids: { type: 'int64', dims: [2, 3], data: BigInt64Array.of(7n, 8n, 9n, 5n, 1n, 1n) },
      attention_mask: { type: 'int32', dims: [2, 3], data: Int32Array.of(1, 1, 1, 1, 0, 0) },
      token_type_ids: { type: 'int64', dims: [2, 3], data: BigInt64Array.of(0n, 1n, 1n, 0n, 0n, 0n) },
      position_ids: { type: 'int32', dims: [2, 3], data: Int32Array.of(2, 3, 4, 2, 0, 0) },
    })
  })

  it('include no input that the graph does not take', () => {
    const tensors = tokenTensors({ inputs: { types: { input_ids: 'int64' } }, batch, padTokenId: 0 })
    expect(Object.keys(tensors)).toEqual(['input_ids'])
  })

  it('are as wide as a graph of fixed length demands', () => {
    const inputs = readTokenInputs({
      file: 'a.onnx',
      graph: { inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 5] }] },
    })
    const { input_ids } = tokenTensors({ inputs, batch, padTokenId: 1 })
    expect(input_ids?.dims).toEqual([2, 5])
  })

  it.each([
    [[input('input_ids', 'int64'), input('pixel_values', 'float32')], 'pixel_values'],
    [[input('input_ids', 'float32')], 'input_ids'],
    [[input('attention_mask', 'int64')], 'no "input_ids"'],
  ])('are refused by name if the graph takes something else', (inputs, named) => {
    expect(() => readTokenInputs({ file: 'a.onnx', graph: { inputs } })).toThrow(named)
  })
})

describe('a model whose numbers depend on the batch', () => {
  const asked = (isolate: 'auto' | 'always' | 'never', operator: string) => {
    const source = { settings: { device: 'cpu', isolate }, graph: { operators: new Set([operator]) } }
    const model = { inputs: { types: { input_ids: 'int64' } }, texts: { padTokenId: 0, positionOffset: 0 }, source }
    return tokenModel({ model: model as unknown as TextModel, outputs: ['logits'], decode: () => [] }).itemsMax
  }

  it('runs one text at a time unless forbidden; other models only on request', () => {
    expect(asked('auto', 'DynamicQuantizeLinear')).toBe(1)
    expect(asked('never', 'DynamicQuantizeLinear')).toBe(64)
    expect(asked('auto', 'MatMul')).toBe(64)
    expect(asked('always', 'MatMul')).toBe(1)
  })
})

describe('the output of a graph', () => {
  const output = (name: string, shape: (string | number)[], type = 'float32') => ({ name, type, shape }) as never
  const named = (...outputs: never[]) => outputNamed({ graph: { outputs }, file: 'a.onnx', name: 'logits', rank: 2 })

  it('is found by name, or as the only output of its shape', () => {
    expect(named(output('hidden', ['b', 3]), output('logits', ['b', 3]))).toBe('logits')
    expect(named(output('output_0', ['b', 3]), output('hidden', ['b', 's', 8]))).toBe('output_0')
    expect(() => named(output('one', ['b', 3]), output('two', ['b', 3]))).toThrow('it has one, two')
    expect(() => named(output('logits', ['b', 3], 'float16'))).toThrow('float16')
  })

  it('is split into a row per text without a copy', () => {
    const data = Float32Array.of(1, 2, 3, 4)
    expect(outputRows({ type: 'float32', dims: [2, 2], data }, 2)).toEqual([data.subarray(0, 2), data.subarray(2)])
  })

  it('is an error if it is NaN, not a score of null', () => {
    expect(assertNumbers(Float32Array.of(1, Number.NEGATIVE_INFINITY))).toHaveLength(2)
    const wrong = () => assertNumbers(Float32Array.of(1, Number.NaN))
    expect(wrong).toThrow(expect.objectContaining({ code: 'inference_failed', status: 422 }))
  })
})

describe('the texts of a request', () => {
  it('are limited in number', () => {
    expect(readTexts(Array(2048).fill('a')).items.length).toBe(2048)
    expect(() => readTexts(Array(2049).fill('a'))).toThrow('the limit is 2048')
  })

  it('are not accepted as pairs where pairs make no sense', () => {
    expect(() => readTexts([['a', 'b']])).toThrow('"inputs[0]" must be a text.')
    expect(readTexts([['a', 'b']], { pairs: true }).items).toEqual([{ text: 'a', pair: 'b', param: 'inputs[0]' }])
  })
})
