import { gzipSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OipAnswer } from '../../support/oip-requests.ts'
import { tensorsModel } from '../../support/oip-requests.ts'
import { irisModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { elementTypes, identityGraph } from '../../support/tiny-graphs.ts'

const types = Object.keys(elementTypes) as (keyof typeof elementTypes)[]

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([
    tensorsModel('identity', identityGraph(types)),
    tensorsModel('echo', identityGraph(['float32'])),
    tensorsModel('texts', identityGraph(['string'])),
    await irisModel(),
  ])
})
afterAll(() => host.close())

describe('binary tensors', () => {
  const body = (header: unknown, ...behind: Uint8Array[]) => {
    const json = Buffer.from(JSON.stringify(header))
    return { length: String(json.length), bytes: new Uint8Array(Buffer.concat([json, ...behind])) }
  }
  const send = (
    model: string,
    { length, bytes }: { length: string; bytes: Uint8Array },
    headers: Record<string, string> = {},
  ) =>
    host.ask(`/v2/models/${model}/infer`, {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': length, ...headers },
    })

  it('round-trip in every type, bit for bit', async () => {
    const sizes = { bool: 1, float16: 2, float32: 4, float64: 8 } as Record<string, number>
    const datatypes = { bool: 'BOOL', float16: 'FP16', float32: 'FP32', float64: 'FP64', string: 'BYTES' } as Record<
      string,
      string
    >
    const tensors = types.map((type) => {
      const bytes =
        type === 'string'
          ? Buffer.from([2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0])
          : Buffer.from(
              Array.from({ length: 2 * (sizes[type] ?? Number(type.replace(/\D+/, '')) / 8) }, (_, at) =>
                type === 'bool' ? at % 2 : 200 - at,
              ),
            )
      return { type, bytes, datatype: datatypes[type] ?? type.toUpperCase() }
    })
    const response = await send(
      'identity',
      body(
        {
          inputs: tensors.map(({ type, datatype, bytes }) => ({
            name: type,
            shape: [1, 2],
            datatype,
            parameters: { binary_data_size: bytes.length },
          })),
          parameters: { binary_data_output: true },
        },
        ...tensors.map(({ bytes }) => bytes),
      ),
    )
    const all = Buffer.from(await response.arrayBuffer())
    expect(response.status, all.toString('latin1').slice(0, 500)).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    let at = Number(response.headers.get('inference-header-content-length'))
    const { outputs } = JSON.parse(all.subarray(0, at).toString()) as OipAnswer
    for (const { type, bytes, datatype } of tensors) {
      const output = outputs.find(({ name }) => name === `${type}_out`)
      expect(output).toEqual({
        name: `${type}_out`,
        shape: [1, 2],
        datatype,
        parameters: { binary_data_size: bytes.length },
      })
      expect(all.subarray(at, at + bytes.length)).toEqual(bytes)
      at += bytes.length
    }
    expect(at).toBe(all.length)
  })

  it('may be the whole body, with the shape taken from the model', async () => {
    const bytes = new Uint8Array(Float32Array.of(5.1, 3.5, 1.4, 0.2, 6.7, 3, 5.2, 2.3).buffer)
    const response = await send('iris', { length: '0', bytes })
    const all = Buffer.from(await response.arrayBuffer())
    const header = JSON.parse(
      all.subarray(0, Number(response.headers.get('inference-header-content-length'))).toString(),
    ) as OipAnswer
    expect(header.outputs[0]).toMatchObject({ name: 'output_label', shape: [2], parameters: { binary_data_size: 16 } })
  })

  it.each([
    ['texts', 'one text, and no length before it', [1, 1]],
    ['echo', Float32Array.of(1, 2, 3), [1, 3]],
  ])('may be the whole body for %s, as one row if other dimensions are open too', async (model, data, shape) => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : new Uint8Array(data.buffer)
    const response = await send(model, { length: '0', bytes: new Uint8Array(bytes) })
    const all = Buffer.from(await response.arrayBuffer())
    const headerLength = Number(response.headers.get('inference-header-content-length'))
    const { outputs } = JSON.parse(all.subarray(0, headerLength).toString()) as OipAnswer
    expect(outputs[0]?.shape).toEqual(shape)
    expect(all.subarray(-bytes.length).equals(bytes)).toBe(true)
  })

  it('are refused as a whole text body that is not UTF-8', async () => {
    const response = await send('texts', { length: '0', bytes: Uint8Array.of(0xff, 0xfe) })
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringContaining('UTF-8') }])
  })

  it('may be compressed in both directions', async () => {
    const data = Array.from({ length: 4096 }, (_, index) => index / 8)
    const request = JSON.stringify({ inputs: [{ name: 'float32', shape: [1, 4096], datatype: 'FP32', data }] })
    const response = await host.ask('/v2/models/echo/infer', {
      method: 'POST',
      body: new Uint8Array(gzipSync(request)),
      headers: { 'content-encoding': 'gzip', 'accept-encoding': 'deflate' },
    })
    expect(response.headers.get('content-encoding')).toBe('deflate')
    const answer = JSON.parse(inflateSync(Buffer.from(await response.arrayBuffer())).toString()) as OipAnswer
    expect(answer.outputs[0]?.data).toEqual(data)
  })

  const header = (size: number, shape = [1, 4]) => ({
    inputs: [{ name: 'float32', shape, datatype: 'FP32', parameters: { binary_data_size: size } }],
  })
  it.each([
    ['ends before its tensor ends', () => body(header(16), new Uint8Array(15))],
    ['has bytes that belong to no tensor', () => body(header(16), new Uint8Array(17))],
    ['has a tensor of another size than its shape', () => body(header(12), new Uint8Array(12))],
    ['declares a header longer than the body', () => ({ length: '4096', bytes: new Uint8Array(8) })],
    ['declares a negative header length', () => ({ length: '-1', bytes: new Uint8Array(8) })],
    ['cuts its header short', () => ({ ...body(header(16), new Uint8Array(16)), length: '20' })],
    ['has a shape too large for a number', () => body(header(16, [2 ** 40, 2 ** 40]), new Uint8Array(16))],
    ['has a negative dimension', () => body(header(16, [-1, -4]), new Uint8Array(16))],
    ['has a dimension that is no whole number', () => body(header(16, [0.5, 8]), new Uint8Array(16))],
    ['has no rows', () => body(header(0, [0, 4]), new Uint8Array(0))],
  ])('are refused if the body %s', async (_what, made) => {
    const response = await send('echo', made())
    expect([response.status, await response.json()]).toEqual([400, { error: expect.any(String) }])
  })

  it('are refused as texts with wrong lengths or invalid UTF-8', async () => {
    for (const bytes of [
      [255, 255, 255, 255, 65],
      [1, 0, 0, 0, 255],
      [9, 0],
    ]) {
      const request = {
        inputs: [{ name: 'string', shape: [1, 1], datatype: 'BYTES', parameters: { binary_data_size: bytes.length } }],
      }
      const response = await send('texts', body(request, Uint8Array.from(bytes)))
      expect([response.status, await response.json()]).toEqual([400, { error: expect.any(String) }])
    }
  })

  it('are refused with 413, without a retry, if the content-length exceeds the limit', async () => {
    const headers = { 'content-length': '9007199254740993', 'content-type': 'application/json' }
    const response = await host.ask('/v2/models/echo/infer', { method: 'POST', body: '{}', headers })
    expect([response.status, await response.json()]).toEqual([413, { error: expect.stringContaining('67108864') }])
  })

  it('are refused if the body decompresses beyond the limit', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(80 * 1024 * 1024)))
    const response = await send('echo', { length: '10', bytes: bomb }, { 'content-encoding': 'gzip' })
    expect([response.status, await response.json()]).toEqual([413, { error: expect.any(String) }])
  })
})
