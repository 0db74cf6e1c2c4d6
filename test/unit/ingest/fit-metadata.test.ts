import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitMetadata } from '../../../functions/ingest/inspect/fit-metadata.ts'
import type { OnnxMetadata, RevisionMetadata } from '../../../shared/contract/repo.ts'
import { itemSizeBytes } from '../../../shared/table/item-size.ts'

/** Below DynamoDB's 400 KB, so that the rest of a revision has room. */
const limitBytes = 310_000

const long = fc
  .tuple(fc.constantFrom('x', 'ü', '語', '😀', '"', '\u0000'), fc.integer({ min: 0, max: 900 }))
  .map(([character, length]) => character.repeat(length))
const list = fc.tuple(long, fc.integer({ min: 0, max: 1000 })).map(([text, count]) => Array<string>(count).fill(text))
const tensors = fc
  .tuple(long, fc.integer({ min: 0, max: 1000 }), fc.array(fc.oneof(fc.integer(), long), { maxLength: 64 }))
  .map(([name, count, shape]) => Array(count).fill({ name, type: 'float32', shape }))
const onnx: fc.Arbitrary<OnnxMetadata> = fc.record({
  path: long,
  inputs: tensors,
  outputs: tensors,
  opset: fc.dictionary(long, fc.integer(), { maxKeys: 5 }),
  properties: fc.dictionary(long, long, { maxKeys: 5 }),
  externalData: list,
})
const gguf = fc.record({ path: long, architecture: long, parameters: fc.maxSafeInteger() })
const wild = fc.dictionary(long, fc.oneof(list, fc.jsonValue()), { maxKeys: 20 })
const metadata: fc.Arbitrary<RevisionMetadata> = fc.record({
  task: fc.option(long, { nil: undefined }),
  tags: list,
  baseModels: list,
  datasets: list,
  languages: list,
  metrics: list,
  architectures: list,
  licenseLink: long,
  sentenceTransformers: fc.record({ modules: list, pooling: long }),
  gguf: fc.array(gguf, { maxLength: 64 }),
  onnx: fc.array(onnx, { maxLength: 64 }),
  config: wild,
  card: wild,
  warnings: list,
})

it('any metadata is cut to fit one table item', () => {
  fc.assert(
    fc.property(metadata, (said) => {
      const fitted = fitMetadata(said)
      expect(itemSizeBytes(fitted)).toBeLessThanOrEqual(limitBytes)
      expect(fitted.onnx.map(({ path }) => path)).toEqual(said.onnx.map(({ path }) => path))
    }),
    { numRuns: 60 },
  )
})

it('metadata that fits is unchanged', () => {
  const said: RevisionMetadata = {
    task: 'fill-mask',
    library: 'transformers',
    license: 'mit',
    tags: ['a', 'ü'],
    baseModels: ['a/b'],
    datasets: [],
    languages: ['en'],
    parameters: 12,
    onnx: [
      { path: 'a.onnx', inputs: [{ name: 'x', type: 'float32', shape: [-1, 'n'] }], outputs: [], opset: { a: 1 } },
    ],
    gguf: [{ path: 'a.gguf', architecture: 'llama', contextLength: 8192 }],
    parametersByType: { F32: 12 },
    tokenizer: { class: 'BertTokenizer', hasChatTemplate: false },
    config: { tokenizer_config: { eos_token: '</s>' } },
    card: { widget: [{ text: 'hello' }] },
    warnings: ['config.json: it is no JSON object'],
  }
  expect(fitMetadata(said)).toEqual(said)
})

it('an ONNX file with too many inputs says so, and the others stay', () => {
  const tensor = (at: number) => ({ name: `${'n'.repeat(900)}${at}`, type: 'float32' })
  const large = {
    path: 'large.onnx',
    inputs: Array.from({ length: 900 }, (_, at) => tensor(at)),
    outputs: [],
    opset: {},
  }
  const small = { path: 'small.onnx', inputs: [tensor(0)], outputs: [], opset: {} }
  const nothing = { tags: [], baseModels: [], datasets: [], languages: [], warnings: [] }
  expect(fitMetadata({ ...nothing, onnx: [large, small] }).onnx).toEqual([
    { path: 'large.onnx', inputs: [], outputs: [], opset: {}, fault: expect.stringContaining('too many inputs') },
    small,
  ])
})
