import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGgufHeader } from '../../../functions/ingest/inspect/gguf-header.ts'
import { ByteReader } from '../../../shared/onnx/byte-reader.ts'
import { boolField, ggufFile, listField, tensorInfo, text, textField, uint32Field } from './support/gguf-bytes.ts'
import { inspected } from './support/inspected.ts'

const vocabulary = listField('tokenizer.ggml.tokens', 8, 3, Buffer.concat([text('a'), text('b'), text('')]))
const llama = [
  textField('general.architecture', 'llama'),
  uint32Field('general.file_type', 15),
  textField('general.base_model.0.repo_url', 'https://huggingface.co/acme/base'),
  uint32Field('llama.context_length', 8192),
  vocabulary,
  listField('tokenizer.ggml.scores', 6, 3, Buffer.alloc(12)),
  boolField('tokenizer.ggml.add_bos_token', true),
  textField('tokenizer.chat_template', '{{ messages }}'),
]
const tensors = [tensorInfo('token_embd.weight', 64, 3), tensorInfo('norm', 64), tensorInfo('scalar')]

async function headerOf(file: Uint8Array, sizeBytes = file.length) {
  let reads = 0
  const read = async ({ start, end }: { start: number; end: number }) => {
    reads += 1
    return file.subarray(start, end + 1)
  }
  return { ...(await readGgufHeader(new ByteReader({ sizeBytes, read }))), reads }
}

describe('the header of a GGUF file', () => {
  it('provides architecture, context length, quantisation, parameters and base model in one read', async () => {
    const padded = Buffer.concat([ggufFile({ fields: llama, tensors }), Buffer.alloc(3_000_000)])
    expect(await headerOf(padded)).toEqual({
      architecture: 'llama',
      contextLength: 8192,
      quantization: 'Q4_K_M',
      parameters: 64 * 3 + 64 + 1,
      hasChatTemplate: true,
      baseModels: ['acme/base'],
      reads: 1,
    })
  })

  it('provides what comes before a vocabulary that is too long to read', async () => {
    const long = listField('tokenizer.ggml.tokens', 8, 2, Buffer.concat([text('x'.repeat(30_000_000)), text('y')]))
    const found = await headerOf(ggufFile({ fields: [...llama.slice(0, 4), long], tensors }))
    expect(found).toMatchObject({ architecture: 'llama', contextLength: 8192, reads: 1 })
    expect(found.parameters).toBeUndefined()
  })

  it('names quantisations like the Hub', async () => {
    const fromHub = createRequire(createRequire(import.meta.url).resolve('@huggingface/hub'))
    const names = fromHub('@huggingface/tasks').GGMLFileQuantizationType
    let type = 0
    for (; names[type] !== undefined; type += 1)
      expect((await headerOf(ggufFile({ fields: [uint32Field('general.file_type', type)] }))).quantization).toBe(
        names[type],
      )
    expect(type).toBeGreaterThan(3)
  })

  const broken: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('this is no model, but longer than its header')],
    ['a future version', ggufFile({ version: 9 })],
    ['the other byte order', ggufFile({ version: 0x03000000 })],
    ['2^64 fields', ggufFile({ counts: { fields: 2n ** 64n - 1n } })],
    ['2^60 tensors', ggufFile({ counts: { tensors: 2n ** 60n } })],
    ['missing fields', ggufFile({ fields: llama, counts: { fields: 200n } })],
    ['a list of 2^63', ggufFile({ fields: [listField('a', 0, 2n ** 63n, Buffer.alloc(0))] })],
    ['a list of lists of lists', ggufFile({ fields: [listField('a', 9, 1, nested(50))] })],
    ['an unknown type', ggufFile({ fields: [listField('a', 77, 1, Buffer.alloc(8))] })],
    ['more parameters than a number holds', ggufFile({ tensors: [tensorInfo('a', 2n ** 40n, 2n ** 40n)] })],
  ]
  it.each(broken)('is reported as invalid with a warning: %s', async (_, content) => {
    const { gguf, parameters, warnings } = await inspected({ 'a.gguf': content })
    expect(gguf).toEqual([{ path: 'a.gguf', fault: 'a.gguf is not a valid GGUF file' }])
    expect(parameters).toBeUndefined()
    expect(warnings).toMatchObject([expect.stringContaining('a.gguf')])
  })

  it('is refused for millions of empty texts', async () => {
    const file = ggufFile({ fields: [listField('a', 8, 3_500_000, Buffer.alloc(28_000_000))] })
    await expect(headerOf(file)).rejects.toThrow(RangeError)
  })

  it('is read, or refused with a reason, for any bytes', async () => {
    const whole = ggufFile({ fields: llama, tensors })
    const change = fc.tuple(fc.integer({ min: 4, max: whole.length - 1 }), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), async (changes, length) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        await headerOf(bytes.subarray(0, length)).catch((error) => expect(error).toBeInstanceOf(RangeError))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a repo with GGUF files', () => {
  it('is one model in several precisions, each of which may have several parts', async () => {
    const file = (type: number) =>
      ggufFile({ fields: [llama[0] as Buffer, uint32Field('general.file_type', type)], tensors })
    const found = await inspected({
      'm-Q8_0-00001-of-00002.gguf': file(7),
      'm-Q8_0-00002-of-00002.gguf': ggufFile({ tensors: [tensorInfo('more', 1000)] }),
      'm-F16.gguf': file(1),
    })
    expect(found.gguf).toMatchObject([
      { path: 'm-Q8_0-00001-of-00002.gguf', quantization: 'Q8_0', parameters: 1257 },
      { path: 'm-F16.gguf', quantization: 'F16', parameters: 257 },
    ])
    expect(found).toMatchObject({ parameters: 1257, formats: ['gguf'], library: 'gguf', warnings: [] })
  })

  it('names its base model as quantized', async () => {
    const found = await inspected({ 'm.gguf': ggufFile({ fields: llama, tensors }) })
    expect(found).toMatchObject({ baseModels: ['acme/base'], relation: 'quantized' })
  })
})

function nested(depth: number): Buffer {
  const list = Buffer.concat([Buffer.from([9, 0, 0, 0]), Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])])
  return Buffer.concat(Array(depth).fill(list))
}
