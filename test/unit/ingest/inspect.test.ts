import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectFiles } from '../../../functions/ingest/inspect/inspect-files.ts'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { message, number, onnxModel as onnx, tensor, varint } from '../onnx/support/model-bytes.ts'

/** What an inspection of these files finds, from a store that counts the bytes it gives. */
async function inspected(content: Record<string, string | Uint8Array>, sizes: Record<string, number> = {}) {
  const blobs = new Map<string, Buffer>()
  let bytesRead = 0
  const files = Object.entries(content).map(([path, text]) => {
    const bytes = Buffer.from(text)
    const sha256 = createHash('sha256').update(path).update(bytes).digest('hex')
    blobs.set(sha256, bytes)
    return { path, sizeBytes: sizes[path] ?? bytes.length, sha256 }
  })
  const metadata = await inspectFiles({
    files,
    read: async (sha256, { start, end }) => {
      const bytes = (blobs.get(sha256) ?? Buffer.alloc(0)).subarray(start, end + 1)
      bytesRead += bytes.length
      return {
        body: (async function* () {
          yield bytes
        })(),
      }
    },
  })
  expect(Buffer.byteLength(JSON.stringify(metadata))).toBeLessThan(380_000)
  return { ...metadata, bytesRead }
}
const readme = (yaml: string) => ({ 'README.md': `---\n${yaml}\n---\n# A model\n` })

describe('the signature of an ONNX file', () => {
  it('is that of the sample classifier', async () => {
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

  it('keeps names and numbers of dimensions, and leaves weights out', async () => {
    const weights = message(5, number(2, 1), message(8, 'w'))
    const model = onnx(tensor(11, 'x', 'batch', 4n), tensor(11, 'w', 3n), weights, tensor(12, 'y', -1n))
    const {
      onnx: [found],
    } = await inspected({ 'a.onnx': model })
    expect(found?.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['batch', 4] }])
    expect(found?.outputs).toEqual([{ name: 'y', type: 'float32', shape: [-1] }])
  })

  it('skips the weights instead of reading them', async () => {
    const weights = message(5, message(8, 'w'), message(9, Buffer.alloc(3_000_000)))
    const {
      onnx: [found],
      bytesRead,
    } = await inspected({ 'a.onnx': onnx(weights, weights, tensor(11, 'x', 1n)) })
    expect(found?.inputs).toMatchObject([{ name: 'x' }])
    expect(bytesRead).toBeLessThan(400_000)
  })

  const broken: [string, Uint8Array | string][] = [
    ['text', 'this is not a model'],
    ['a pointer of git LFS', `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`],
    ['nothing', ''],
    ['only zeros', Buffer.alloc(5000)],
    ['only ones', Buffer.alloc(5000, 0xff)],
    ['a length beyond the end', Buffer.from([0x08, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a length of 2^63', Buffer.from([0x08, 8, 0x3a, ...varint(2n ** 63n - 1n)])],
    ['a length below zero, which leads back', Buffer.from([0x08, 8, 0x3a, ...varint(-11n), 0, 0, 0])],
    ['a number without an end', Buffer.alloc(20, 0x80)],
    ['no graph', number(1, 8)],
    ['too many dimensions', onnx(tensor(11, 'x', ...Array.from({ length: 1000 }, () => 1n)))],
    ['too many inputs', onnx(...Array.from({ length: 2000 }, (_, at) => tensor(11, `x${at}`, 1n)))],
    ['an input that is a number', onnx(number(11, 5))],
  ]
  it.each(broken)('is a fault and a warning, and no failure, for %s', async (_, content) => {
    const { onnx: found, warnings } = await inspected({ 'a.onnx': content })
    expect(found).toEqual([{ path: 'a.onnx', inputs: [], outputs: [], opset: {}, fault: expect.any(String) }])
    expect(warnings).toMatchObject([expect.stringContaining('a.onnx')])
  })

  it('is a fault for a sample that is cut anywhere', async () => {
    const model = await readFile(new URL('../../../infra/local/sample/iris/model.onnx', import.meta.url))
    for (let length = 0; length < model.length; length += 1) {
      const {
        onnx: [found],
      } = await inspected({ 'a.onnx': model.subarray(0, length) })
      if (found?.fault === undefined) expect(found?.inputs.length).toBeLessThanOrEqual(1)
    }
  })

  it('ends for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (tail) => {
        await inspected({ 'a.onnx': Buffer.concat([number(1, 8), message(7, Buffer.from(tail)), Buffer.from(tail)]) })
      }),
      { numRuns: 400 },
    )
  })

  it('is given up soon for millions of fields', async () => {
    const started = performance.now()
    const {
      onnx: [found],
    } = await inspected({ 'a.onnx': onnx(Buffer.alloc(8_000_000, Buffer.from([0x08, 0x01]))) })
    expect(found?.fault).toBeDefined()
    expect(performance.now() - started).toBeLessThan(20_000)
  })

  it('is what the table can hold, whatever the file claims', async () => {
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

describe('the parameters of safetensors files', () => {
  const safetensors = (header: string, sizeBytes = BigInt(Buffer.byteLength(header))) => {
    const prefix = Buffer.alloc(8)
    prefix.writeBigUInt64LE(sizeBytes)
    return Buffer.concat([prefix, Buffer.from(header)])
  }
  const counted = async (content: Uint8Array) => {
    const { parameters, warnings } = await inspected({ 'model.safetensors': content })
    return { parameters, warnings: warnings.length }
  }

  it('are counted over all shards', async () => {
    const one = safetensors('{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}')
    const two = safetensors('{"b":{"dtype":"F16","shape":[]},"c":{"dtype":"F16","shape":[10]}}')
    expect(await inspected({ 'a.safetensors': one, 'b.safetensors': two })).toMatchObject({
      parameters: 17,
      warnings: [],
    })
  })

  const broken: [string, Uint8Array][] = [
    ['a header of 2^64 bytes', safetensors('{}', 2n ** 64n - 1n)],
    ['a header beyond the end', safetensors('{}', 1000n)],
    ['a header larger than any', safetensors('{}', 26n * 1024n ** 2n)],
    ['no JSON', safetensors('not json')],
    ['a list', safetensors('[1,2]')],
    ['a shape of words', safetensors('{"a":{"dtype":"F32","shape":["x"]}}')],
    [
      'more weights than can be counted',
      safetensors('{"a":{"dtype":"F32","shape":[1000000000,1000000000,1000000000]}}'),
    ],
    ['a few bytes', Buffer.from('abc')],
    ['deep nesting', safetensors(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
  ]
  it.each(broken)('are unknown, with a warning, for %s', async (_, content) => {
    expect(await counted(content)).toEqual({ parameters: undefined, warnings: 1 })
  })
})

describe('the words of a model', () => {
  it('come from the front matter of its card', async () => {
    const yaml = 'license: mit\npipeline_tag: text-classification\ntags: [a, 1, b]\nbase_model: x/y\nlanguage: en'
    expect(await inspected(readme(yaml))).toMatchObject({
      license: 'mit',
      task: 'text-classification',
      tags: ['a', 'b'],
      baseModels: ['x/y'],
      languages: ['en'],
      warnings: [],
    })
  })

  const nothing: Partial<RevisionMetadata> = { tags: [], baseModels: [], onnx: [] }
  const bomb = `a: &a [x,x]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`},*a]`).join('\n')}`
  const cards: [string, string | Uint8Array, number][] = [
    ['no front matter', '# Just a title\n', 0],
    ['nothing', '', 0],
    ['no end of its front matter', '---\nlicense: mit\n', 0],
    ['a list for its front matter', '---\n- a\n- b\n---\n', 0],
    ['a text for its front matter', '---\nhello\n---\n', 0],
    ['bytes that are no UTF-8', Buffer.from([0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe, 0x0a, 0x2d, 0x2d, 0x2d, 0x0a]), 0],
    ['broken YAML', '---\n"unclosed\n---\n', 1],
    ['a YAML bomb', `---\n${bomb}\n---\n`, 1],
    ['deep nesting', `---\ntags: ${'['.repeat(50_000)}\n---\n`, 1],
    ['3 MB', 'x'.repeat(3_000_000), 1],
    ['tags that are objects', '---\ntags: {a: 1}\nlicense: [x]\n---\n', 0],
    ['a tag of 1 MB', `---\ntags: [${'x'.repeat(900_000)}]\n---\n`, 0],
  ]
  it.each(cards)('are none for a card with %s', async (_, card, warnings) => {
    const found = await inspected({ 'README.md': card })
    expect(found).toMatchObject(nothing)
    expect(found.license).toBeUndefined()
    expect(found.warnings).toHaveLength(warnings)
  })

  it('are read soon from a card of a hundred thousand keys, and cut to what the table can hold', async () => {
    const started = performance.now()
    const keys = Array.from({ length: 60_000 }, (_, at) => `k${at}: 1`).join('\n')
    await inspected(readme(`license: mit\n${keys}`))
    expect(performance.now() - started).toBeLessThan(15_000)
    const tags = Array.from({ length: 50_000 }, (_, at) => `t${at}`).join(', ')
    expect((await inspected(readme(`tags: [${tags}]`))).tags.length).toBeLessThan(1000)
  })

  const configs: [string, string, number][] = [
    ['a list', '[1,2]', 1],
    ['a text', '"x"', 1],
    ['null', 'null', 1],
    ['no JSON', '{', 1],
    ['deep nesting', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 0],
    ['odd values', '{"architectures":{"0":"x"},"sklearn":5,"__proto__":{"sklearn":{"task":"x"}}}', 0],
  ]
  it.each(configs)('do without a config.json that is %s', async (_, config, warnings) => {
    const found = await inspected({ 'config.json': config })
    expect(found.warnings).toHaveLength(warnings)
    expect(found.task).toBeUndefined()
  })
})

it('fails, to be tried again, when the store does not give the bytes', async () => {
  const files = [{ path: 'config.json', sizeBytes: 2, sha256: 'a'.repeat(64) }]
  const read = async () => {
    throw new Error('the store is away')
  }
  await expect(inspectFiles({ files, read })).rejects.toThrow('the store is away')
})
