import { expect, it } from 'vitest'
import { readInferRequest } from '../../../../../gpu-service/protocols/oip/infer-request.ts'

it('reads the elements of one input for no other', async () => {
  const inputs = [
    { name: 'a', shape: [2], datatype: 'FP32', data: [1, 2] },
    { name: 'b', shape: [2], datatype: 'FP32', data: 0 },
  ]
  const body = Buffer.from(JSON.stringify({ inputs }))
  const { signal } = new AbortController()
  const read = readInferRequest({ body, headerLength: undefined, tensors: { inputs: [] }, signal })
  await expect(read).rejects.toMatchObject({ code: 'invalid_input', param: 'inputs[1]' })
})

it.each([
  ['two lists of elements', '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"data":[2]}]}', 'data'],
  ['its name escaped', '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"d\\u0061ta":[2]}]}', 'data'],
  ['two shapes', '{"inputs":[{"name":"x","shape":[2],"shape":[1],"datatype":"FP32","data":[1]}]}', 'shape'],
  ['two lists of inputs', '{"inputs":[],"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}', 'inputs'],
])('refuses %s where one would be taken without a word', async (_, json, name) => {
  const { signal } = new AbortController()
  const read = readInferRequest({ body: Buffer.from(json), headerLength: undefined, tensors: { inputs: [] }, signal })
  await expect(read).rejects.toMatchObject({
    code: 'invalid_json',
    message: expect.stringContaining(`"${name}" twice`),
  })
})

it('takes texts among the elements that look like names', async () => {
  const inputs = [{ name: 'x', shape: [4], datatype: 'BYTES', data: ['data', 'data', '"a":1', '"a":1'] }]
  const body = Buffer.from(JSON.stringify({ inputs }))
  const { signal } = new AbortController()
  const read = await readInferRequest({ body, headerLength: undefined, tensors: { inputs: [] }, signal })
  expect(read.inputs.x?.data).toEqual(inputs[0]?.data)
})
