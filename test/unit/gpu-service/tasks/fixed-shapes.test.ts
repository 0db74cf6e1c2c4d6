import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maskedWordsModel, splade } from '../support/masked-words.ts'
import { startTestServing, type TestModel, type TestServing } from '../support/test-serving.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'
import { askPipeline } from '../support/tiny-models.ts'

const shapes = {
  free: ['batch', 'sequence'],
  one: [1, 'sequence'],
  three: [3, 'sequence'],
  wide: ['batch', 7],
  'three-wide': [3, 7],
}
const fixed = Object.keys(shapes).filter((name) => name !== 'free')
const texts = ['the [MASK] is here', 'a', 'one [MASK] and [MASK]', 'the station', 'the [MASK]']
const masked = texts.filter((text) => text.includes('[MASK]'))

/** Two numbers per row of four, the second twice the first. */
function tableModel(name: string, rows: string | number): TestModel {
  const weights = Float32Array.of(1, 2, 10, 20, 100, 200, 1000, 2000)
  const graph = tinyGraph({
    nodes: [{ operator: 'MatMul', inputs: ['X', 'w'], output: 'variable' }],
    inputs: [{ name: 'X', elementType: elementTypes.float32, dims: [rows, 4] }],
    outputs: [{ name: 'variable', elementType: elementTypes.float32, dims: [rows, 2] }],
    weights: [{ name: 'w', value: weights, dims: [4, 2] }],
  })
  return {
    name,
    repo: `slipway-tests/${name}`,
    task: 'tabular-regression',
    file: 'model.onnx',
    files: { 'model.onnx': graph },
  }
}

describe('a graph exported with a fixed batch size or sequence length', () => {
  let host: TestServing
  beforeAll(async () => {
    const models: TestModel[] = [
      tableModel('table-free', 'rows'),
      tableModel('table-one', 1),
      tableModel('table-three', 3),
    ]
    for (const [name, dims] of Object.entries(shapes)) {
      models.push(await maskedWordsModel({ name: `mask-${name}`, task: 'fill-mask', dims }))
      const files = splade({ pooling_strategy: 'max' })
      models.push(await maskedWordsModel({ name: `sparse-${name}`, task: 'feature-extraction', dims, files }))
    }
    host = await startTestServing(models)
  })
  afterAll(() => host?.close())

  it.each(fixed)('gives the same answers for texts as a graph of any shape: %s', async (name) => {
    for (const inputs of [masked, masked[0]]) {
      const free = await askPipeline(host, 'mask-free', { inputs })
      expect(free.status).toBe(200)
      expect((await askPipeline(host, `mask-${name}`, { inputs })).body).toEqual(free.body)
    }
    const free = await askPipeline(host, 'sparse-free', { inputs: texts })
    expect(free.status).toBe(200)
    expect((await askPipeline(host, `sparse-${name}`, { inputs: texts })).body).toEqual(free.body)
  })

  it('answers for tables of any number of rows', async () => {
    for (const count of [1, 3, 7]) {
      const inputs = Array.from({ length: count }, (_, row) => [row, 1, 0, row])
      const free = await askPipeline(host, 'table-free', { inputs })
      expect(free.body).toHaveLength(count)
      for (const name of ['table-one', 'table-three'])
        expect((await askPipeline(host, name, { inputs })).body).toEqual(free.body)
    }
  })

  it('refuses a text beyond its length like any text that is too long', async () => {
    const { status, body } = await askPipeline(host, 'mask-wide', { inputs: `${'a '.repeat(20)} [MASK]` })
    expect(status).toBe(422)
    expect(JSON.stringify(body)).toContain('beyond the 7 tokens')
  })
})
