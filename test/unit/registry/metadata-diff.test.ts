import fc from 'fast-check'
import { expect, it } from 'vitest'
import { metadataDiff } from '../../../functions/registry/metadata-diff.ts'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'

const metadata: RevisionMetadata = {
  task: 'fill-mask',
  license: 'mit',
  tags: ['a', 'b'],
  baseModels: [],
  datasets: [],
  languages: ['en'],
  parameters: 10,
  parametersByType: { F32: 10 },
  onnx: [
    { path: 'a.onnx', inputs: [{ name: 'x', type: 'float32', shape: [-1] }], outputs: [], opset: { 'ai.onnx': 17 } },
  ],
  warnings: [],
}
const signature = { inputs: metadata.onnx[0]?.inputs, outputs: [], opset: { 'ai.onnx': 17 } }

it('lists each changed, added and removed field with both values', () => {
  const { license: _, ...after } = {
    ...metadata,
    task: 'text-ranking',
    library: 'peft',
    tags: ['a', 'c'],
    parameters: 12,
  }
  expect(metadataDiff(metadata, { ...after, parametersByType: { F32: 10, I8: 2 } })).toEqual([
    { field: 'library', after: 'peft' },
    { field: 'license', before: 'mit' },
    { field: 'parameters', before: 10, after: 12 },
    { field: 'parametersByType.I8', after: 2 },
    { field: 'tags', before: ['a', 'b'], after: ['a', 'c'] },
    { field: 'task', before: 'fill-mask', after: 'text-ranking' },
  ])
})

it('lists ONNX files whose signature changed', () => {
  const changed = { path: 'a.onnx', ...signature, inputs: [{ name: 'x', type: 'float16', shape: [-1] }] }
  const added = { path: 'b.onnx', inputs: [], outputs: [], opset: {} }
  const { path: _, ...now } = changed
  expect(metadataDiff(metadata, { ...metadata, onnx: [added, changed] })).toEqual([
    { field: 'onnx:a.onnx', before: signature, after: now },
    { field: 'onnx:b.onnx', after: { inputs: [], outputs: [], opset: {} } },
  ])
})

it('ignores the order of values and keys, and empty values', () => {
  const same = { ...metadata, warnings: [], tags: ['b', 'a'], metrics: [], library: undefined, gguf: [] }
  expect(metadataDiff(metadata, Object.fromEntries(Object.entries(same).reverse()) as RevisionMetadata)).toEqual([])
})

it('lists everything if the other revision is not inspected', () => {
  const fields = ['languages', 'license', 'onnx:a.onnx', 'parameters', 'parametersByType.F32', 'tags', 'task']
  expect(metadataDiff(undefined, metadata).map(({ field }) => field)).toEqual(fields)
  expect(metadataDiff(metadata, undefined)).toEqual(fields.map((field) => ({ field, before: expect.anything() })))
  expect(metadataDiff(undefined, undefined)).toEqual([])
})

it('is symmetric, and empty for equal revisions', () => {
  const words = fc.array(fc.string(), { maxLength: 4 })
  const any = fc.record(
    { task: fc.string(), parameters: fc.nat(), tags: words, config: fc.dictionary(fc.string(), fc.jsonValue()) },
    { requiredKeys: ['tags'] },
  )
  const whole = any.map((said): RevisionMetadata => ({ ...metadata, ...said }))
  fc.assert(
    fc.property(whole, whole, (one, other) => {
      expect(metadataDiff(one, structuredClone(one))).toEqual([])
      const turned = metadataDiff(other, one).map(({ field, ...change }) => ({
        field,
        ...('after' in change && { before: change.after }),
        ...('before' in change && { after: change.before }),
      }))
      expect(metadataDiff(one, other)).toEqual(turned)
    }),
  )
})
