import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectFiles } from '../../../functions/ingest/inspect/inspect-files.ts'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { message, number, onnxModel as onnx, tensor, varint } from '../onnx/support/model-bytes.ts'
import { inspected, readme, safetensors } from './support/inspected.ts'

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
  const counted = async (content: Uint8Array) => {
    const { parameters, warnings } = await inspected({ 'model.safetensors': content })
    return { parameters, warnings: warnings.length }
  }

  it('are counted over all shards', async () => {
    const one = safetensors(
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}',
      { weightsBytes: 24 },
    )
    const two = safetensors(
      '{"b":{"dtype":"F16","shape":[],"data_offsets":[0,2]},"c":{"dtype":"F16","shape":[10],"data_offsets":[2,22]}}',
      { weightsBytes: 22 },
    )
    const shards = { 'model-00001-of-00002.safetensors': one, 'model-00002-of-00002.safetensors': two }
    expect(await inspected(shards)).toMatchObject({
      parameters: 17,
      parametersByType: { F32: 6, F16: 11 },
      formats: ['safetensors'],
      warnings: [],
    })
    const cut = { ...shards, 'model-00002-of-00002.safetensors': two.subarray(0, -1) }
    expect(await inspected(cut)).toMatchObject({ parameters: undefined, warnings: [expect.stringContaining('00002')] })
  })

  it('are counted once, where a repo holds them in several precisions, or in parts and as a whole', async () => {
    const file = (type: string, count: number, bytes: number) =>
      safetensors(`{"a":{"dtype":"${type}","shape":[${count}],"data_offsets":[0,${bytes}]}}`, { weightsBytes: bytes })
    const whole = { 'model.safetensors': file('F32', 5, 20), 'model.fp16.safetensors': file('F16', 500, 1000) }
    expect(await inspected(whole)).toMatchObject({ parameters: 5, parametersByType: { F32: 5 } })
    const parts = {
      'consolidated.safetensors': file('BF16', 9, 18),
      'model-00001-of-00002.safetensors': file('BF16', 4, 8),
      'model-00002-of-00002.safetensors': file('BF16', 5, 10),
    }
    expect(await inspected(parts)).toMatchObject({ parameters: 9, parametersByType: { BF16: 9 } })
    const parted = { 'unet/a.safetensors': file('F16', 70, 140), 'vae/a.safetensors': file('F16', 3, 6) }
    expect(await inspected(parted)).toMatchObject({ parameters: 70 })
  })

  it('are those of parts that an index names; parts that are not there are a warning', async () => {
    const part = safetensors('{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]}}', { weightsBytes: 3 })
    const index = {
      metadata: { total_size: 6 },
      weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
    }
    const files = { 'model-00001-of-00002.safetensors': part, 'model.safetensors.index.json': JSON.stringify(index) }
    expect((await inspected(files)).warnings).toEqual([
      'model.safetensors.index.json: it names 1 files that are not there, the first is model-00002-of-00002.safetensors',
    ])
    expect((await inspected({ ...files, 'model-00002-of-00002.safetensors': part })).warnings).toEqual([])
    const odd = await inspected({ 'model.safetensors.index.json': '{"weight_map":{"a":5}}' })
    expect(odd.warnings).toEqual(['model.safetensors.index.json: its weight_map names no file'])
  })

  it('are counted from a header of 15 MB, while other work goes on in between', async () => {
    const tensors = Array.from(
      { length: 150_000 },
      (_, at) => `"model.layers.${at}.attention.query.weight":{"dtype":"BF16","shape":[1,4],"data_offsets":[0,8]}`,
    )
    const file = safetensors(`{${tensors.join(',')}}`, { weightsBytes: 8 })
    let turns = 0
    let counting = true
    const count = () => {
      turns += 1
      if (counting) setImmediate(count)
    }
    count()
    expect(await inspected({ 'model.safetensors': file })).toMatchObject({ parameters: 600_000, warnings: [] })
    counting = false
    expect(turns).toBeGreaterThan(200)
  })

  const broken: [string, Uint8Array][] = [
    ['a header of 2^64 bytes', safetensors('{}', { headerBytes: 2n ** 64n - 1n })],
    ['a header beyond the end', safetensors('{}', { headerBytes: 1000n })],
    ['a header larger than any', safetensors('{}', { headerBytes: 101_000_000n })],
    ['no JSON', safetensors('not json')],
    ['a list', safetensors('[1,2]')],
    ['a shape of words', safetensors('{"a":{"dtype":"F32","shape":["x"]}}')],
    [
      'more weights than can be counted',
      safetensors('{"a":{"dtype":"F32","shape":[1000000000,1000000000,1000000000]}}'),
    ],
    ['weights outside of the file', safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}')],
    [
      'more weights than its bytes can hold',
      safetensors('{"a":{"dtype":"F4","shape":[17],"data_offsets":[0,8]}}', { weightsBytes: 8 }),
    ],
    [
      'a type with the name of a prototype',
      safetensors('{"a":{"dtype":"__proto__","shape":[0],"data_offsets":[0,0]}}'),
    ],
    ['no end of its object', safetensors('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}')],
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
    ['3 MB and no front matter', 'x'.repeat(3_000_000), 0],
    ['front matter of 3 MB', `---\nlicense: ${'x'.repeat(3_000_000)}\n---\n`, 1],
    ['tags that are objects', '---\ntags: {a: 1}\nlicense: [x]\n---\n', 0],
    ['a tag of 1 MB', `---\ntags: [${'x'.repeat(900_000)}]\n---\n`, 1],
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
