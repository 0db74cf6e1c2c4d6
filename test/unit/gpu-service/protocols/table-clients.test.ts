import { InferenceClient } from '@huggingface/inference'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerForClient } from '../../../../gpu-service/tasks/tabular/answer-for-client.ts'
import { filesIn } from '../../../support/files-in.ts'
import { fixtureModel, readReference } from '../support/folders.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const models = [
  ['tabular-classification', 'sklearn/iris-logistic-regression'],
  ['tabular-regression', 'sklearn/mixed-columns'],
] as const
const iris = 'sklearn/iris-logistic-regression'
const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']

let host: TestServing
beforeAll(async () => {
  host = await startTestServing(
    await Promise.all(
      models.map(async ([task, repo]) => {
        const files = await filesIn(fixtureModel(repo))
        return { name: task, repo, task, file: 'model.onnx', files }
      }),
    ),
  )
})
afterAll(() => host.close())

const client = (repo: string) =>
  new InferenceClient('hf_unused', {
    endpointUrl: `http://slipway/models/${repo}`,
    retry_on_error: false,
    fetch: (url: unknown, { body, headers }: RequestInit = {}) => {
      const agent = new Headers(headers).get('user-agent') ?? ''
      const sent = { 'content-type': 'application/json', 'user-agent': agent }
      return host.ask(new URL(String(url)).pathname, { method: 'POST', body: body ?? null, headers: sent })
    },
  })

describe('the answers for table rows', () => {
  it('are numbers for @huggingface/inference, which accepts nothing else', async () => {
    const { rows } = (await readReference('iris-logistic-regression')) as { rows: { x: number[]; label: number }[] }
    const data = Object.fromEntries(columns.map((name, at) => [name, rows.map(({ x }) => String(x[at]))]))
    expect(await client(iris).tabularClassification({ inputs: { data } })).toEqual(rows.map(({ label }) => label))
    const homes = { city: ['Oslo', 'Bergen'], area: ['90', '70'], rooms: ['3', '2'] }
    const values = await client('sklearn/mixed-columns').tabularRegression({ inputs: { data: homes } })
    expect(values).toEqual([expect.any(Number), expect.any(Number)])
  })

  it('are labels for huggingface_hub, and labels with scores for other clients', async () => {
    const asked = (agent: string) =>
      host.ask(`/models/${iris}`, { json: { inputs: [[5.1, 3.5, 1.4, 0.2]] }, headers: { 'user-agent': agent } })
    expect(await (await asked('unknown/None; hf_hub/1.3.0; python/3.12')).json()).toEqual(['setosa'])
    expect(await (await asked('curl/8.5.0')).json()).toMatchObject([{ label: 'setosa', score: expect.any(Number) }])
  })

  it('are the class numbers if classes are numbers, not their positions', () => {
    const rows = [{ label: '5', score: 0.7, probabilities: { 3: 0.3, 5: 0.7 } }, { label: '3' }]
    expect(rows.map(answerForClient('@huggingface/inference/4.1.0 Node.js/24'))).toEqual([5, 3])
  })
})
