import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuMsOf } from '../../support/cpu-time.ts'
import { message, number, onnxModel as onnx, tensor, varint } from '../onnx/support/model-bytes.ts'
import { inspected } from './support/inspected.ts'

describe('the signature of an ONNX file', () => {
  const broken: [string, Uint8Array | string][] = [
    ['text', 'this is not a model'],
    ['a pointer of git LFS', `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`],
    ['nothing', ''],
    ['only zeros', Buffer.alloc(5000)],
    ['only ones', Buffer.alloc(5000, 0xff)],
    ['a length beyond the end', Buffer.from([0x08, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a length of 2^63', Buffer.from([0x08, 8, 0x3a, ...varint(2n ** 63n - 1n)])],
    ['a negative length', Buffer.from([0x08, 8, 0x3a, ...varint(-11n), 0, 0, 0])],
    ['an endless number', Buffer.alloc(20, 0x80)],
    ['no graph', number(1, 8)],
    ['too many dimensions', onnx(tensor(11, 'x', ...Array.from({ length: 1000 }, () => 1n)))],
    ['too many inputs', onnx(...Array.from({ length: 2000 }, (_, at) => tensor(11, `x${at}`, 1n)))],
    ['an input that is a number', onnx(number(11, 5))],
  ]

  it('of the sample classifier is complete', async () => {
    const model = await readFile(new URL('../../../infra/local/sample/iris/model.onnx', import.meta.url))
    const { onnx: found, warnings } = await inspected({ 'model.onnx': model })
    expect(warnings).toEqual([])
    expect(found).toEqual([
      {
        path: 'model.onnx',
        irVersion: 8,
        producer: 'skl2onnx',
        producerVersion: '1.20.0',
        opset: { 'ai.onnx': 17, 'ai.onnx.ml': 1 },
        inputs: [{ name: 'X', type: 'float32', shape: [-1, 4] }],
        outputs: [
          { name: 'output_label', type: 'int64', shape: [-1] },
          { name: 'output_probability', type: 'float32', shape: [-1, 3] },
        ],
      },
    ])
  })

  it('keeps names and sizes of dimensions, and leaves out weights', async () => {
    const weights = message(5, number(2, 1), message(8, 'w'))
    const model = onnx(tensor(11, 'x', 'batch', 4n), tensor(11, 'w', 3n), weights, tensor(12, 'y', -1n))
    const {
      onnx: [found],
    } = await inspected({ 'a.onnx': model })
    expect(found?.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['batch', 4] }])
    expect(found?.outputs).toEqual([{ name: 'y', type: 'float32', shape: [-1] }])
  })

  it('is read without the weights', async () => {
    const weights = message(5, message(8, 'w'), message(9, Buffer.alloc(3_000_000)))
    const {
      onnx: [found],
      bytesRead,
    } = await inspected({ 'a.onnx': onnx(weights, weights, tensor(11, 'x', 1n)) })
    expect(found?.inputs).toMatchObject([{ name: 'x' }])
    expect(bytesRead).toBeLessThan(400_000)
  })

  it.each(broken)('is reported as invalid with a warning: %s', async (_, content) => {
    const { onnx: found, warnings } = await inspected({ 'a.onnx': content })
    expect(found).toEqual([{ path: 'a.onnx', inputs: [], outputs: [], opset: {}, fault: expect.any(String) }])
    expect(warnings).toMatchObject([expect.stringContaining('a.onnx')])
  })

  it('of a truncated sample is invalid, except before each of the three fields after the graph, where it is complete', async () => {
    const model = await readFile(new URL('../../../infra/local/sample/iris/model.onnx', import.meta.url))
    const { inputs, outputs } = (await inspected({ 'a.onnx': model })).onnx[0] ?? {}
    let whole = 0
    for (let length = 0; length < model.length; length += 1) {
      const {
        onnx: [found],
      } = await inspected({ 'a.onnx': model.subarray(0, length) })
      if (found?.fault !== undefined) continue
      whole += 1
      expect(found).toMatchObject({ inputs, outputs })
    }
    expect(whole).toBe(3)
  })

  it('ends for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (tail) => {
        await inspected({ 'a.onnx': Buffer.concat([number(1, 8), message(7, Buffer.from(tail)), Buffer.from(tail)]) })
      }),
      { numRuns: 400 },
    )
  })

  it('is refused in time for millions of fields', async () => {
    const usedMs = await cpuMsOf(async () => {
      const { onnx: found } = await inspected({ 'a.onnx': onnx(Buffer.alloc(8_000_000, Buffer.from([0x08, 0x01]))) })
      expect(found).toMatchObject([{ fault: expect.any(String) }])
    })
    expect(usedMs).toBeLessThan(20_000)
  })

  it('fits the table, whatever the file claims', async () => {
    const long = 'n'.repeat(900)
    const big = onnx(...Array.from({ length: 900 }, (_, at) => tensor(11, `${long}${at}`, 2n ** 60n, -(2n ** 63n))))
    const found = await inspected({ 'a.onnx': onnx(tensor(11, 'x', 2n ** 60n)), 'b.onnx': big, 'c.onnx': big })
    expect(found.onnx).toMatchObject([
      { path: 'a.onnx', inputs: [{ name: 'x', shape: [-1] }] },
      { path: 'b.onnx', inputs: [], fault: expect.stringContaining('too many') },
      { path: 'c.onnx', inputs: [], fault: expect.stringContaining('too many') },
    ])
  })
})
