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
