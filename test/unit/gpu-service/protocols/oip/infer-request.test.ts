import { describe, expect, it } from 'vitest'
import { readInferRequest } from '../../../../../gpu-service/protocols/oip/infer-request.ts'

it('never takes the elements of one input for another', async () => {
  const inputs = [
    { name: 'a', shape: [2], datatype: 'FP32', data: [1, 2] },
    { name: 'b', shape: [2], datatype: 'FP32', data: 0 },
  ]
  const body = Buffer.from(JSON.stringify({ inputs }))
  const { signal } = new AbortController()
  const read = readInferRequest({ body, headerLength: undefined, tensors: { inputs: [] }, signal })
  await expect(read).rejects.toMatchObject({ code: 'invalid_input', param: 'inputs[1].data' })
})

it.each([
  ['two lists of elements', '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"data":[2]}]}', 'data'],
  ['its name escaped', '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"d\\u0061ta":[2]}]}', 'data'],
  ['two shapes', '{"inputs":[{"name":"x","shape":[2],"shape":[1],"datatype":"FP32","data":[1]}]}', 'shape'],
  ['two lists of inputs', '{"inputs":[],"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}', 'inputs'],
])('refuses %s instead of silently taking one', async (_, json, name) => {
  const { signal } = new AbortController()
  const read = readInferRequest({ body: Buffer.from(json), headerLength: undefined, tensors: { inputs: [] }, signal })
  await expect(read).rejects.toMatchObject({
    code: 'invalid_json',
    message: expect.stringContaining(`"${name}" twice`),
  })
})

it('accepts text elements that look like field names', async () => {
  const inputs = [{ name: 'x', shape: [4], datatype: 'BYTES', data: ['data', 'data', '"a":1', '"a":1'] }]
  const body = Buffer.from(JSON.stringify({ inputs }))
  const { signal } = new AbortController()
  const tensors = { inputs: [{ name: 'x', type: 'string', shape: ['n'] }] }
  const read = await readInferRequest({ body, headerLength: undefined, tensors, signal })
  expect(read.inputs.x?.data).toEqual(inputs[0]?.data)
})

describe('binary texts', () => {
  const { signal } = new AbortController()
  const read = ({ type = 'string', shape, bytes, hold = { add() {} } }: Texts) => {
    const given = { name: 'x', shape, datatype: 'BYTES', parameters: { binary_data_size: bytes.length } }
    const json = Buffer.from(JSON.stringify({ inputs: [given] }))
    const tensors = { inputs: [{ name: 'x', type, shape: ['n'] }] }
    return readInferRequest({ body: Buffer.concat([json, bytes]), headerLength: json.length, tensors, hold, signal })
  }
  interface Texts {
    type?: string
    shape: number[]
    bytes: Uint8Array
    hold?: { add(bytes: number): void }
  }

  it('are not read if the model takes no texts', async () => {
    const noTexts = Buffer.alloc(64, 255)
    await expect(read({ type: 'float32', shape: [3], bytes: noTexts })).rejects.toThrow('the model takes float32')
  })

  it('are not read if they have more rows than the limit', async () => {
    await expect(read({ shape: [70_000], bytes: Buffer.alloc(8, 255) })).rejects.toThrow('limit is 65536')
  })

  it('are refused beyond the limit per request, whatever their shape', async () => {
    const tensors = { inputs: [{ name: 'x', type: 'string', shape: [1, 'n'] }] }
    const inputs = [{ name: 'x', shape: [1, 2 ** 20 + 1], datatype: 'BYTES', data: ['a'] }]
    const body = Buffer.from(JSON.stringify({ inputs }))
    const refused = readInferRequest({ body, headerLength: undefined, tensors, signal })
    await expect(refused).rejects.toThrow('1048577 texts; the limit is 1048576')
  })

  it('reserve room for their size in memory, in addition to the body', async () => {
    const held: number[] = []
    const hold = { add: (bytes: number) => void held.push(bytes) }
    await read({ shape: [1000], bytes: Buffer.alloc(4000), hold })
    expect(held).toEqual([expect.closeTo(32_000, -4)])
  })
})
