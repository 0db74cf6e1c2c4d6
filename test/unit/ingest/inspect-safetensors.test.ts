import { describe, expect, it } from 'vitest'
import { inspected, safetensors } from './support/inspected.ts'

describe('the parameters of safetensors files', () => {
  const counted = async (content: Uint8Array) => {
    const { parameters, warnings } = await inspected({ 'model.safetensors': content })
    return { parameters, warnings: warnings.length }
  }

  const broken: [string, Uint8Array][] = [
    ['a header of 2^64 bytes', safetensors('{}', { headerBytes: 2n ** 64n - 1n })],
    ['a header beyond the end', safetensors('{}', { headerBytes: 1000n })],
    ['a header larger than any', safetensors('{}', { headerBytes: 101_000_000n })],
    ['no JSON', safetensors('not json')],
    ['a list', safetensors('[1,2]')],
    ['a shape of texts', safetensors('{"a":{"dtype":"F32","shape":["x"]}}')],
    [
      'more parameters than a number holds',
      safetensors('{"a":{"dtype":"F32","shape":[1000000000,1000000000,1000000000]}}'),
    ],
    ['weights outside of the file', safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}')],
    [
      'more weights than its bytes can hold',
      safetensors('{"a":{"dtype":"F4","shape":[17],"data_offsets":[0,8]}}', { weightsBytes: 8 }),
    ],
    ['a type named __proto__', safetensors('{"a":{"dtype":"__proto__","shape":[0],"data_offsets":[0,0]}}')],
    ['an unclosed object', safetensors('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}')],
    ['a few bytes', Buffer.from('abc')],
    ['deep nesting', safetensors(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)],
  ]

  it('are summed over all shards', async () => {
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

  it('are counted once if a repo has several precisions, or shards and a whole file', async () => {
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

  it('are those of the shards in the index, with a warning for missing ones', async () => {
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

  it('are counted from a header of 15 MB without blocking other work', async () => {
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

  it.each(broken)('are unknown, with a warning, for %s', async (_, content) => {
    expect(await counted(content)).toEqual({ parameters: undefined, warnings: 1 })
  })
})
