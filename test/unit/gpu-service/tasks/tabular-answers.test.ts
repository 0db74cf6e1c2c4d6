import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAnswers } from '../../../../gpu-service/tasks/tabular/labels.ts'
import { filesIn } from '../../../support/files-in.ts'
import { fixtureModel, readReference } from '../support/folders.ts'
import { startTestServing, type TestModel, type TestServing } from '../support/test-serving.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

const { float32, int64 } = elementTypes
type Graph = Parameters<typeof tinyGraph>[0]
const numbers = (name: string, width: number) => ({ name, elementType: float32, dims: ['n', width] })

/** Like a net of scikit-learn: the most likely column picks the label from a list of classes. */
const picking = (pick: string): Graph => ({
  nodes: [
    { operator: 'Softmax', inputs: ['X'], output: 'probabilities', attributes: { axis: 1 } },
    { operator: 'ArgMax', inputs: ['probabilities'], output: 'column', attributes: { axis: 1, keepdims: 0 } },
    { operator: pick, inputs: ['classes', 'column'], output: 'label' },
  ],
  inputs: [numbers('X', 3)],
  outputs: [{ name: 'label', elementType: int64, dims: ['n'] }, numbers('probabilities', 3)],
  weights: [{ name: 'classes', value: BigInt64Array.of(1n, 2n, 3n) }],
})
const regressor: Graph = {
  nodes: [{ operator: 'MatMul', inputs: ['X', 'W'], output: 'variable' }],
  inputs: [numbers('X', 2)],
  outputs: [numbers('variable', 2)],
  weights: [{ name: 'W', value: Float32Array.of(1, 10, 2, 20), dims: [2, 2] }],
}
const net: Graph = {
  nodes: [{ operator: 'Identity', inputs: ['X'], output: 'logits' }],
  inputs: [numbers('X', 3)],
  outputs: [numbers('logits', 3)],
}
/** Two classes as one number: the probability of the second. */
const oneNumber: Graph = {
  nodes: [
    { operator: 'Sigmoid', inputs: ['X'], output: 'probability' },
    { operator: 'Round', inputs: ['probability'], output: 'rounded' },
    { operator: 'Cast', inputs: ['rounded'], output: 'column', attributes: { to: int64 } },
    { operator: 'Squeeze', inputs: ['column', 'axes'], output: 'label' },
  ],
  inputs: [numbers('X', 1)],
  outputs: [{ name: 'label', elementType: int64, dims: ['n'] }, numbers('probability', 1)],
  weights: [{ name: 'axes', value: BigInt64Array.of(1n) }],
}
const classCount = 100
const manyClasses: Graph = {
  nodes: [{ operator: 'MatMul', inputs: ['X', 'W'], output: 'probabilities' }],
  inputs: [numbers('X', 1)],
  outputs: [numbers('probabilities', classCount)],
  weights: [{ name: 'W', value: Float32Array.from({ length: classCount }, (_, at) => at), dims: [1, classCount] }],
}
const logarithm: Graph = {
  nodes: [{ operator: 'Log', inputs: ['X'], output: 'variable' }],
  inputs: [numbers('X', 1)],
  outputs: [numbers('variable', 1)],
}
const manyLabels = (width: number | string): Graph => ({
  nodes: [
    { operator: 'Sigmoid', inputs: ['X'], output: 'probability' },
    { operator: 'Round', inputs: ['probability'], output: 'rounded' },
    { operator: 'Cast', inputs: ['rounded'], output: 'labels', attributes: { to: int64 } },
  ],
  inputs: [numbers('X', 2)],
  outputs: [{ name: 'labels', elementType: int64, dims: ['n', width] }, numbers('probability', 2)],
})

const model = (name: string, graph: Graph | Buffer, config = {}): TestModel => {
  const file = Buffer.isBuffer(graph) ? graph : tinyGraph(graph)
  const files = { 'model.onnx': file, 'config.json': Buffer.from(JSON.stringify(config)) }
  return { name, repo: `team/${name}`, task: 'tabular-classification', file: 'model.onnx', files }
}

let host: TestServing
beforeAll(async () => {
  const graphOf = async (repo: string) => (await filesIn(fixtureModel(repo)))['model.onnx'] ?? Buffer.alloc(0)
  const id2label = { 0: 'a', 1: 'b', 2: 'c' }
  host = await startTestServing([
    model('gathered', picking('Gather')),
    model('misnamed', picking('Gather'), { id2label: { 2: 'a', 3: 'b', 7: 'c' } }),
    model('regressor', regressor),
    model('net', net, { id2label }),
    model('one-number', oneNumber),
    model('many-classes', manyClasses, {
      id2label: Object.fromEntries(Array.from({ length: classCount }, (_, at) => [at, `class ${at}`])),
    }),
    model('logarithm', logarithm),
    model('many', manyLabels(2)),
    model('many-hidden', manyLabels('labels')),
    model('digits', await graphOf('sklearn/digits-mlp')),
    model('forest', await graphOf('sklearn/breast-cancer-random-forest')),
  ])
})
afterAll(() => host.close())

const predict = async (name: string, inputs: unknown) => {
  const response = await host.ask(`/api/v1/predict/${name}`, { json: { inputs } })
  return { status: response.status, body: (await response.json()) as Record<string, unknown>[] & { error?: string } }
}

describe('the answers for a table', () => {
  it.each(['gathered', 'misnamed'])('name no probability after a class that it may not belong to: %s', async (name) => {
    const { body } = await predict(name, [
      [5, 0, 0],
      [0, 5, 0],
      [0, 0, 5],
    ])
    const score = expect.closeTo(0.9867, 4)
    const names = name === 'gathered' ? ['1', '2', '3'] : ['1', 'a', 'b']
    expect(body).toEqual(names.map((label) => ({ label, score })))
  })

  it.each(['digits-mlp', 'breast-cancer-random-forest'])(
    'take class names from the graph if nothing else names them: %s',
    async (repo) => {
      const { rows } = (await readReference(repo)) as { rows: { x: number[]; probabilities: number[] }[] }
      const { body } = await predict(repo.startsWith('digits') ? 'digits' : 'forest', [rows[0]?.x])
      const told = Object.values(body[0]?.probabilities ?? {})
      expect(told).toHaveLength(rows[0]?.probabilities.length ?? 0)
      for (const [column, share] of told.entries()) expect(share).toBeCloseTo(rows[0]?.probabilities[column] ?? 9, 5)
    },
  )

  it('contain every target of a regressor', async () => {
    const { body } = await predict('regressor', [
      [1, 0],
      [0, 1],
    ])
    expect(body).toEqual([{ values: [1, 10] }, { values: [2, 20] }])
  })

  it('are classes if a net gives one number per name in config.json', async () => {
    const { body } = await predict('net', [
      [0, 3, 0],
      [0.1, 0.2, 0.7],
    ])
    const [logits, shares] = body
    expect(logits).toMatchObject({ label: 'b', score: expect.closeTo(0.9094, 4) })
    expect(shares).toEqual({
      label: 'c',
      score: expect.closeTo(0.7),
      probabilities: { a: expect.closeTo(0.1), b: expect.closeTo(0.2), c: expect.closeTo(0.7) },
    })
  })

  it('are streamed in small pieces if they are long', async () => {
    const response = await host.ask('/api/v1/predict/many-classes', { json: { inputs: Array(2000).fill([1]) } })
    const pieces = await Array.fromAsync(response.body ?? [])
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000)
    const rows = JSON.parse(Buffer.concat(pieces).toString())
    expect(rows).toHaveLength(2000)
    expect(Object.keys(rows[1999].probabilities)).toHaveLength(classCount)
  })

  it('do not report the single number of two classes as the probability of either', async () => {
    const { body } = await predict('one-number', [[-2], [2]])
    expect(body).toEqual([
      { label: '0', score: expect.closeTo(0.1192, 4) },
      { label: '1', score: expect.closeTo(0.8808, 4) },
    ])
  })

  it.each([-1, 0])('are never null: a NaN or infinite output is an error: %d', async (value) => {
    const [failed, answered] = await Promise.all([predict('logarithm', [[value]]), predict('logarithm', [[1]])])
    expect([failed.status, failed.body.error]).toEqual([422, expect.stringContaining('NaN or infinity')])
    expect(answered.body).toEqual([{ value: 0 }])
  })

  it.each(['many', 'many-hidden'])('are refused if rows have several labels: %s', async (name) => {
    const { status, body } = await predict(name, [
      [9, 9],
      [-9, -9],
    ])
    expect([status, body.error]).toEqual([422, expect.stringContaining('shape [')])
  })
})

it('answers for a model with more classes than a function takes arguments', () => {
  const count = 200_000
  const label = { type: 'int64' as const, dims: [1], data: BigInt64Array.of(7n) }
  const scores = { type: 'float32' as const, dims: [1, count], data: new Float32Array(count).fill(0.5, 7, 8) }
  const [answerOf] = readAnswers({ label, scores, id2label: undefined, count: 1 })
  expect(answerOf?.()).toMatchObject({ label: '7', score: 0.5 })
})
