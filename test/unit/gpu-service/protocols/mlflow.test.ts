import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { postTo } from '../support/post-to.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

const { float32 } = elementTypes
const column = (name: string) => ({ name, elementType: float32, dims: ['n', 1] })
const adding = tinyGraph({
  nodes: [{ operator: 'Add', inputs: ['a', 'b'], output: 'sum' }],
  inputs: [column('a'), column('b')],
  outputs: [column('sum')],
})
const doubling = tinyGraph({
  nodes: [{ operator: 'Add', inputs: ['x', 'x'], output: 'y' }],
  inputs: [{ name: 'x', elementType: float32, dims: ['n', 2] }],
  outputs: [{ name: 'y', elementType: float32, dims: ['n', 2] }],
})
const tensors = (name: string, graph: Buffer) => ({
  ...{ name, repo: `team/${name}`, task: 'tensors', file: 'model.onnx', files: { 'model.onnx': graph } },
})

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([
    await irisModel(),
    await embedderModel(),
    tensors('adding', adding),
    tensors('doubling', doubling),
  ])
})
afterAll(() => host.close())

const score = (name: string, json: unknown) => postTo(host, `/api/v1/predict/${name}/invocations`, json)
const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const setosa = [5.1, 3.5, 1.4, 0.2]
const virginica = [6.3, 3.3, 6, 2.5]
const named = (row: readonly number[]) => Object.fromEntries(columns.map((name, at) => [name, row[at]]))

describe("MLflow's /invocations", () => {
  it.each([
    ['a frame split', { dataframe_split: { index: [0, 1], columns, data: [setosa, virginica] } }],
    ['a frame of an array', { dataframe_split: { columns: [0, 1, 2, 3], data: [setosa, virginica] } }],
    ['a frame split without names', { dataframe_split: { data: [setosa, virginica] } }],
    [
      'a frame with its columns in another order',
      {
        dataframe_split: {
          columns: columns.toReversed(),
          data: [setosa.toReversed(), virginica.toReversed()],
        },
      },
    ],
    ['records', { dataframe_records: [named(setosa), named(virginica)] }],
    ['instances', { instances: [setosa, virginica] }],
    ['inputs', { inputs: [setosa, virginica], params: {} }],
  ])('predicts the labels of the rows of a table: %s', async (_which, body) => {
    expect(await score('iris', body)).toMatchObject({ status: 200, body: { predictions: ['setosa', 'virginica'] } })
  })

  it.each([
    [
      'dataframe_split',
      {
        columns: ['b', 'a'],
        data: [
          [1, 10],
          [2, 20],
        ],
      },
    ],
    [
      'dataframe_records',
      [
        { a: 10, b: 1 },
        { b: 2, a: 20 },
      ],
    ],
    [
      'instances',
      [
        { a: [10], b: [1] },
        { a: [20], b: [2] },
      ],
    ],
    ['inputs', { a: [[10], [20]], b: [[1], [2]] }],
  ])('assigns the columns of %s to the inputs of a graph by name', async (format, value) => {
    const { body } = await score('adding', { [format]: value })
    expect(body).toEqual({ predictions: { sum: [[11], [22]] } })
  })

  it.each([
    ['dataframe_split', { columns: ['one', 'other'], data: [[1, 2]] }],
    ['dataframe_records', [{ one: 1, other: 2 }]],
    ['instances', [[1, 2]]],
    ['inputs', [[1, 2]]],
    ['inputs', { x: [[1, 2]] }],
  ])('gives %s unchanged to a graph of one input: %j', async (format, value) => {
    expect((await score('doubling', { [format]: value })).body).toEqual({ predictions: { y: [[2, 4]] } })
  })

  it("gives a text model the one column of a frame, and leaves SageMaker's format as it is", async () => {
    const texts = ['one text', 'another']
    const vectors = (await score('tiny', { inputs: texts })).body as number[][]
    expect(vectors).toHaveLength(2)
    for (const vector of vectors) expect(vector.length).toBeGreaterThan(0)
    for (const body of [
      { instances: texts },
      { dataframe_records: texts.map((text) => ({ text })) },
      { dataframe_split: { columns: ['text'], data: texts.map((text) => [text]) } },
    ]) {
      const { predictions } = (await score('tiny', body)).body as { predictions: number[][] }
      expect(predictions).toHaveLength(2)
      for (const [at, wanted] of vectors.entries()) {
        expect(predictions[at]).toHaveLength(wanted.length)
        for (const [i, value] of wanted.entries()) expect(predictions[at]?.[i]).toBeCloseTo(value, 5)
      }
    }
  })

  it.each([
    ['iris', {}, 'exactly one of dataframe_split, dataframe_records, instances, inputs'],
    ['iris', { inputs: [setosa], instances: [setosa] }, 'exactly one of'],
    ['iris', [setosa], 'exactly one of'],
    ['iris', { dataframe_split: { columns, data: [[1, 2]] } }, 'has 2 values for 4 columns'],
    ['iris', { dataframe_split: { columns: ['a', 'a'], data: [] } }, 'DataFrame.to_dict("split")'],
    ['iris', { dataframe_split: { columns: ['a', 'b', 'c', 'd'], data: [setosa] } }, 'has a column "a"'],
    ['iris', { dataframe_records: [{ ...named(setosa), 'petal width (cm)': 'wide' }] }, 'every value must be a number'],
    ['iris', { inputs: [setosa], params: [] }, '"params" must be an object'],
    ['adding', { dataframe_split: { columns: ['a', 'c'], data: [[1, 2]] } }, 'has a column "c"; the model takes a, b'],
    ['adding', { dataframe_records: [{ a: 1, b: 2 }, { a: 1 }] }, 'the same columns in every row'],
    ['doubling', { dataframe_split: { data: Array(2049).fill([1, 2]) } }, 'the limit is 2048 rows'],
    ['tiny', { dataframe_split: { columns: ['a', 'b'], data: [['x', 'y']] } }, 'must have one column'],
  ])("answers 400 in MLflow's error format for %s with %j", async (name, body, message) => {
    const answer = await score(name, body)
    expect(answer).toMatchObject({
      status: 400,
      body: { error_code: 'BAD_REQUEST', message: expect.stringContaining(message) },
    })
    expect(Object.keys(answer.body as object)).toEqual(['error_code', 'message'])
  })

  it("uses MLflow's error format, next to SageMaker's, for errors before the body is read", async () => {
    const path = '/api/v1/predict/iris/invocations'
    const stranger = await host.ask(path, { json: { instances: [setosa] }, token: null })
    expect([stranger.status, await stranger.json()]).toMatchObject([
      401,
      { error_code: 'UNAUTHENTICATED', message: expect.any(String), error: expect.any(String) },
    ])
    const absent = await score('absent', { instances: [setosa] })
    expect(absent).toMatchObject({ status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST' } })
  })

  it('answers at the root if one model is served, and names the base paths if there are several', async () => {
    const alone = await startTestServing([await irisModel()])
    onTestFinished(() => alone.close())
    expect((await postTo(alone, '/invocations', { instances: [setosa] })).body).toEqual({ predictions: ['setosa'] })
    await alone.deploy(await irisModel('other'))
    const answered = () => postTo(alone, '/invocations', { instances: [setosa] })
    const several = await eventually(answered, ({ status }) => status !== 200)
    expect(several).toMatchObject({ status: 400, body: { error_code: 'BAD_REQUEST' } })
    expect((several.body as { message: string }).message).toContain('/api/v1/predict/other/invocations')
  })

  it('is served next to /ping and /version', async () => {
    const at = (path: string) => host.ask(`/api/v1/predict/iris${path}`)
    expect((await at('/ping')).status).toBe(200)
    expect(await (await at('/version')).text()).toMatch(/^\d+\.\d+\.\d+/)
    expect((await host.ask('/api/v1/predict/absent/version')).status).toBe(404)
  })
})
