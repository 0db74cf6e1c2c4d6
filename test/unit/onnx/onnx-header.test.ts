import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { readOnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { entry, externalWeight, message, number, onnxModel, tensor } from './support/model-bytes.ts'

async function headerOf(model: Uint8Array) {
  let bytesRead = 0
  const read = async ({ start, end }: { start: number; end: number }) => {
    bytesRead += end + 1 - start
    return model.subarray(start, end + 1)
  }
  return { ...(await readOnnxHeader(new ByteReader({ sizeBytes: model.length, read }))), bytesRead }
}

const node = (operator: string, ...attributes: Buffer[]) => message(1, message(4, operator), ...attributes)
const branch = (...graph: Buffer[]) => message(5, message(1, 'then_branch'), message(6, ...graph))

describe('the header of an ONNX file', () => {
  it('names its producer, versions and metadata', async () => {
    const model = Buffer.concat([
      onnxModel(tensor(11, 'x', 1n)),
      message(2, 'pytorch'),
      message(3, '2.5.1'),
      message(8, number(2, 17n)),
      message(8, message(1, 'com.microsoft'), number(2, 1n)),
      entry(14, 'author', 'acme'),
      entry(14, 'license', 'MIT'),
    ])
    expect(await headerOf(model)).toMatchObject({
      irVersion: 8,
      producer: 'pytorch',
      producerVersion: '2.5.1',
      opset: { 'ai.onnx': 17, 'com.microsoft': 1 },
      properties: { author: 'acme', license: 'MIT' },
    })
  })

  it('names every external data file once, including those of nested graphs', async () => {
    const inner = node('If', branch(externalWeight('deep', 'deep.data')))
    const model = onnxModel(
      externalWeight('a', 'model.onnx_data'),
      externalWeight('b', 'model.onnx_data'),
      node('Loop', branch(externalWeight('c', 'body.data'), inner)),
    )
    expect((await headerOf(model)).externalData).toEqual(['model.onnx_data', 'body.data', 'deep.data'])
  })

  it('lists the operators of nested graphs', async () => {
    const model = onnxModel(node('If', branch(node('DynamicQuantizeLinear'))), node('MatMul'))
    expect((await headerOf(model)).operators).toEqual(new Set(['If', 'DynamicQuantizeLinear', 'MatMul']))
  })

  it('is read without fetching the weights', async () => {
    const weight = message(5, message(8, 'w'), message(9, Buffer.alloc(2_000_000)), entry(13, 'location', 'x'))
    const { externalData, bytesRead } = await headerOf(onnxModel(weight, weight, weight))
    expect(externalData).toBeUndefined()
    expect(bytesRead).toBeLessThan(400_000)
  })

  it('is refused if graphs are nested too deeply', async () => {
    let graph = tensor(11, 'x', 1n)
    for (let depth = 0; depth < 40; depth += 1) graph = node('If', branch(graph))
    await expect(headerOf(onnxModel(graph))).rejects.toThrow('nested too deep')
  })

  it('lists a file for each weight, and is refused for thousands of files', async () => {
    const weights = Array.from({ length: 2001 }, (_, at) => externalWeight(`w${at}`, `${at}.data`))
    expect((await headerOf(onnxModel(...weights.slice(0, 2000)))).externalData).toHaveLength(2000)
    await expect(headerOf(onnxModel(...weights))).rejects.toThrow('more than 2000 files')
  })

  it('treats keys of prototypes like any others', async () => {
    const model = Buffer.concat([
      onnxModel(tensor(11, 'x', 1n)),
      message(8, message(1, '__proto__'), number(2, 1n)),
      entry(14, '__proto__', 'x'),
    ])
    const { opset, properties } = await headerOf(model)
    expect(Object.keys(opset)).toEqual(['__proto__'])
    expect(Object.keys(properties ?? {})).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(opset)).toBe(Object.prototype)
  })

  it('is read, or refused with a reason, for any bytes in any part', async () => {
    const part = fc.integer({ min: 0, max: 20 })
    const bytes = fc.uint8Array({ maxLength: 60 })
    const model = fc
      .array(fc.tuple(part, part, bytes), { maxLength: 10 })
      .map((parts) => onnxModel(...parts.map(([outer, inner, tail]) => message(outer + 1, message(inner + 1, tail)))))
    await fc.assert(
      fc.asyncProperty(model, async (made) => {
        await headerOf(made).catch((error) => expect(error).toBeInstanceOf(RangeError))
      }),
      { numRuns: 500 },
    )
  })
})
