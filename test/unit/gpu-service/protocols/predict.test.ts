import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { predictFailure } from '../../../../shared/contract/predict.ts'
import { filesIn } from '../../../support/files-in.ts'
import { fixtureModel, readReference } from '../support/folders.ts'
import { brokenModel, embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const names = [
  'iris-logistic-regression',
  'iris-logistic-regression-zipmap',
  'breast-cancer-random-forest',
  'digits-mlp',
] as const
const task = 'tabular-classification'

let host: TestServing
beforeAll(async () => {
  const models = names.map(async (name) => {
    const repo = `sklearn/${name}`
    return { name, repo, task, file: 'model.onnx', files: await filesIn(fixtureModel(repo)) }
  })
  host = await startTestServing(await Promise.all([...models, embedderModel(), brokenModel()]))
})
afterAll(() => host.close())

const predict = (deployment: string, json: unknown) => host.ask(`/api/v1/predict/${deployment}`, { json })

describe('POST /api/v1/predict/{deployment} of a scikit-learn export', () => {
  it.each(names)('gives the same answers as scikit-learn: %s', async (name) => {
    const { rows, classes } = await readReference(name)
    const response = await predict(name, { inputs: rows.map((row: { x: number[] }) => row.x) })
    expect(response.status).toBe(200)
    const answers = (await response.json()) as {
      label: string
      score?: number
      probabilities?: Record<string, number>
    }[]
    expect(answers.map(({ label }) => label)).toEqual(rows.map((row: { label: number }) => String(classes[row.label])))
    for (const [index, { label, score, probabilities }] of answers.entries()) {
      const expected: number[] = rows[index].probabilities
      expect(score).toBe(probabilities?.[label])
      for (const [column, name] of classes.entries())
        expect(Math.abs((probabilities?.[name] ?? Number.NaN) - (expected[column] ?? 0))).toBeLessThan(1e-5)
    }
  })
})

const iris = 'iris-logistic-regression'
const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const setosa = [5.1, 3.5, 1.4, 0.2]
const named = Object.fromEntries(columns.map((name, index) => [name, setosa[index]]))

interface Failure {
  error: string
  code: string
  requestId: string
}

describe('POST /api/v1/predict/{deployment}', () => {
  it('accepts rows by column name, and tables of columns', async () => {
    const table = Object.fromEntries(columns.map((name, i) => [name, [setosa[i]]]))
    const answers = [
      await predict(iris, { inputs: [setosa] }),
      await predict(iris, { inputs: [named] }),
      await predict(iris, { inputs: { data: table } }),
      await predict(iris, { inputs: table }),
      // The format of huggingface_hub's `InferenceClient.tabular_classification`.
      await predict(iris, { parameters: {}, table }),
    ]
    const [row, ...others] = await Promise.all(answers.map((answer) => answer.json()))
    expect(row).toMatchObject([{ label: 'setosa', score: expect.closeTo(0.98, 1) }])
    for (const other of others) expect(other).toEqual(row)
  })

  it('reports queue time, run time, batch size and the request id', async () => {
    const { headers } = await host.ask(`/api/v1/predict/${iris}`, {
      json: { inputs: Array(5).fill(setosa) },
      headers: { 'x-request-id': 'mine-1' },
    })
    expect(headers.get('x-request-id')).toBe('mine-1')
    // Two free engines share the five rows.
    expect(headers.get('x-batch-size')).toBe('3')
    expect(Number(headers.get('x-inference-time'))).toBeGreaterThan(0)
    expect(Number(headers.get('x-queue-time'))).toBeGreaterThanOrEqual(0)
  })

  it('answers 2048 rows in order', async () => {
    const inputs = Array.from({ length: 2048 }, (_, i) => (i % 3 === 0 ? setosa : [7.2, 3.6, 6.1, 2.5]))
    const answers = (await (await predict(iris, { inputs })).json()) as { label: string }[]
    expect(answers.map(({ label }) => label)).toEqual(inputs.map((row) => (row === setosa ? 'setosa' : 'virginica')))
  })

  it('answers texts with a list of vectors', async () => {
    const { rows } = await readReference('tiny-embedder')
    const one = await predict('tiny', { inputs: rows[0].text })
    const many = await predict('tiny', { inputs: [rows[0].text, rows[1].text], normalize: true })
    const [vector] = (await one.json()) as number[][]
    const vectors = (await many.json()) as number[][]
    for (const [i, value] of rows[0].vector.entries()) {
      expect(vector?.[i]).toBeCloseTo(value, 5)
      expect(vectors[0]?.[i]).toBeCloseTo(value, 5)
    }
    expect(vectors).toHaveLength(2)
  })

  it.each([
    ['no row', { inputs: [] }, 422, 'inputs', 'is empty'],
    ['no inputs', {}, 400, 'inputs', 'is missing'],
    ['a text', { inputs: 'hello' }, 422, 'inputs', 'list of rows'],
    ['a flat row', { inputs: setosa }, 422, 'inputs[0]', 'row of 4 numbers'],
    ['a narrow row', { inputs: [setosa, [1, 2, 3]] }, 422, 'inputs[1]', 'has 3 values'],
    ['a wide row', { inputs: [[...setosa, 1]] }, 422, 'inputs[0]', 'sepal length (cm)'],
    ['a text in a row', { inputs: [[1, 2, 'three', 4]] }, 422, 'inputs[0][2]', 'is a text that is not a number'],
    ['an empty text in a row', { inputs: [[1, 2, '', 4]] }, 422, 'inputs[0][2]', 'is a text that is not a number'],
    ['NaN as a text', { inputs: [[1, 2, 'NaN', 4]] }, 422, 'inputs[0][2]', 'is a text that is not a number'],
    ['a number with a blank', { inputs: [[1, 2, '3 ', 4]] }, 422, 'inputs[0][2]', 'is a text that is not a number'],
    ['a hexadecimal number', { inputs: [[1, 2, '0x10', 4]] }, 422, 'inputs[0][2]', 'is a text that is not a number'],
    ['a text over 32 bits', { inputs: [[1, 2, '1e39', 4]] }, 422, 'inputs[0][2]', '32-bit'],
    ['null in a row', { inputs: [[1, 2, null, 4]] }, 422, 'inputs[0][2]', 'is null'],
    ['a row in a row', { inputs: [[1, 2, [3], 4]] }, 422, 'inputs[0][2]', 'is a list'],
    ['a number over 32 bits', { inputs: [[1, 2, 1e39, 4]] }, 422, 'inputs[0][2]', '32-bit'],
    ['a column missing', { inputs: [{ 'sepal width (cm)': 1 }] }, 422, 'inputs[0]', 'no column "sepal length (cm)"'],
    ['a strange column', { inputs: [{ ...named, colour: 1 }] }, 422, 'inputs[0]', '"colour"'],
    ['an object that is no table', { inputs: { a: 1 } }, 422, 'inputs', '{"data": {"column": [0.0, …], …}}'],
    ['a number instead of a table', { table: 5 }, 422, 'inputs', 'or a table of columns'],
    ['a bare table of two lengths', { inputs: { a: [1], b: [1, 2] } }, 422, 'inputs', '"b" differs'],
    ['columns of two lengths', { inputs: { data: { a: [1], b: [1, 2] } } }, 422, 'inputs.data', '"b" differs'],
    ['a table of 2049 rows', { inputs: { data: { a: Array(2049).fill(1) } } }, 422, 'inputs', 'limit is 2048'],
    [
      'a table of 5 columns',
      { table: { ...Object.fromEntries(Object.keys(named).map((name) => [name, [1]])), colour: [1] } },
      422,
      'inputs.data',
      'has 5 columns',
    ],
    ['2049 rows', { inputs: Array(2049).fill(setosa) }, 422, 'inputs', 'limit is 2048'],
    ['a list as the body', [setosa], 400, '', 'must be an object'],
    ['null as the body', null, 400, '', 'must be an object'],
  ])('refuses %s, and says where and what', async (_what, json, status, param, message) => {
    const response = await predict(iris, json)
    expect(response.status).toBe(status)
    // The error format that the contract promises every client.
    const { error, code, requestId } = predictFailure.parse(await response.json())
    expect(error).toContain(message)
    expect(error).toContain(param && `"${param}`)
    expect(code).toMatch(/^invalid_/)
    expect(requestId).toBe(response.headers.get('x-request-id'))
    expect(response.headers.get('x-should-retry')).toBe('false')
  })

  it.each([
    ['no text', { inputs: [] }, 'is empty'],
    ['a number', { inputs: 5 }, '"inputs" must be a text'],
    ['a number among texts', { inputs: ['a', 5] }, '"inputs[1]" must be a text'],
    ['normalize as a text', { inputs: 'a', normalize: 'yes' }, '"normalize"'],
    ['a prompt for a model without prompts', { inputs: 'a', prompt_name: 'query' }, 'the model has no prompts'],
    ['an unknown side to cut', { inputs: 'a', truncation_direction: 'up' }, '"truncation_direction"'],
    [
      'a long text with truncate off',
      { inputs: 'the '.repeat(99), truncate: false },
      'less than 24 tokens. Given: 101',
    ],
    [
      'an object with unknown keys',
      { inputs: { text: 'a' } },
      'must be a text, a list of texts, or {"source_sentence"',
    ],
    ['no source', { inputs: { sentences: ['a'] } }, '"inputs.source_sentence": is missing'],
    ['no sentences', { inputs: { source_sentence: 'a', sentences: [] } }, '"inputs.sentences"'],
  ])('refuses %s for a text model', async (_what, json, message) => {
    const response = await predict('tiny', json)
    expect(response.status).toBe(422)
    expect(((await response.json()) as Failure).error).toContain(message)
  })

  it.each(['', '   ', '{', '{"inputs": [[1, NaN, 3, 4]]}', 'inputs=1'])(
    'refuses a body that is not JSON: %j',
    async (body) => {
      const response = await host.ask(`/api/v1/predict/${iris}`, { method: 'POST', body })
      expect(response.status).toBe(400)
      expect(((await response.json()) as Failure).code).toBe('invalid_json')
    },
  )

  it('refuses a body over 4 MiB before parsing it', async () => {
    const response = await predict(iris, { inputs: 'x'.repeat(10 * 1024 * 1024) })
    expect(response.status).toBe(413)
    expect(((await response.json()) as Failure).error).toContain('4194304 bytes')
  })

  it('says that a deployment does not exist, or why it failed', async () => {
    const absent = await predict('absent', { inputs: [setosa] })
    expect([absent.status, ((await absent.json()) as Failure).code]).toEqual([404, 'model_not_found'])
    const broken = await predict('broken', { inputs: [setosa] })
    expect(broken.status).toBe(422)
    expect((await broken.json()) as Failure).toMatchObject({
      code: 'model_failed',
      error: expect.stringContaining('"model.onnx" is not an ONNX model'),
    })
  })

  it('finds a model by its repo, with the slash plain or encoded', async () => {
    for (const name of [`sklearn/${iris}`, `sklearn%2F${iris}`, `sklearn/${iris}@main`])
      expect((await predict(name, { inputs: [setosa] })).status).toBe(200)
  })

  it('checks the key before the body', async () => {
    for (const token of [null, 'hf_wrong', 'nonsense']) {
      const response = await host.ask(`/api/v1/predict/${iris}`, { method: 'POST', body: '{', token })
      expect(response.status).toBe(401)
    }
  })

  it('answers 499 when the client disconnects', async () => {
    const caller = new AbortController()
    const asked = host.ask(`/api/v1/predict/${iris}`, { json: { inputs: [setosa] }, signal: caller.signal })
    caller.abort()
    expect((await asked).status).toBe(499)
  })
})
