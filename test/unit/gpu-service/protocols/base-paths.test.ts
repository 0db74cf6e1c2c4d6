import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
let embedder: { name: string; repo: string }
beforeAll(async () => {
  const [iris, model] = await Promise.all([irisModel(), embedderModel()])
  embedder = model
  host = await startTestServing([iris, model])
})
afterAll(() => host.close())

const post = async (path: string, json: unknown) => {
  const response = await host.ask(path, { json })
  return { status: response.status, body: await response.json() }
}
const bases = ({ name, repo }: { name: string; repo: string }) => [
  `/models/${repo}`,
  `/models/${repo.replace('/', '%2F')}`,
  `/models/${repo}@main`,
  `/models/${encodeURIComponent(`${repo}@main`)}`,
  `/api/v1/predict/${name}`,
  `/api/v1/predict/${repo}`,
]

describe('the base path of a model', () => {
  it('answers the pipeline of its task under each name of the model', async () => {
    const answers = await Promise.all(bases(embedder).map((base) => post(base, { inputs: 'one text' })))
    for (const answer of answers) expect(answer).toEqual({ status: 200, body: answers[0]?.body })
    expect(answers).toHaveLength(6)
  })

  it('accepts any model name in the body below it', async () => {
    for (const base of bases(embedder))
      for (const model of ['dummy', '', null, undefined, 'https://elsewhere.example/x'])
        expect(await post(`${base}/v1/embeddings`, { model, input: 'one text' })).toMatchObject({ status: 200 })
  })

  it('answers an explicitly named task, by each of its names', async () => {
    for (const task of ['feature-extraction', 'sentence-similarity'])
      expect((await post(`/models/${embedder.repo}/pipeline/${task}`, { inputs: 'one text' })).status).toBe(200)
    expect(await post(`/models/${embedder.repo}/pipeline/tabular-classification`, { inputs: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'wrong_task' },
    })
    expect((await post(`/models/${embedder.repo}/pipeline/absent`, { inputs: 'x' })).status).toBe(422)
  })

  it('takes parameters next to the inputs or in their own object', async () => {
    const rows = await Promise.all(
      [{ normalize: 'x' }, { parameters: { normalize: 'x' } }].map((more) =>
        post(`/models/${embedder.repo}`, { inputs: 'a', ...more }),
      ),
    )
    for (const row of rows)
      expect(row).toMatchObject({ status: 422, body: { error: expect.stringContaining('normalize') } })
  })

  it('is 404 for a model that does not exist', async () => {
    for (const path of ['/models/no/body', '/api/v1/predict/nobody', '/api/v1/predict/no/body'])
      expect(await post(path, { inputs: 'x' })).toMatchObject({ status: 404, body: { code: 'model_not_found' } })
  })

  it('asks for a key before it reveals anything about a model', async () => {
    for (const base of bases(embedder))
      for (const path of [base, `${base}/v1/embeddings`, `${base}/pipeline/fill-mask`])
        expect((await host.ask(path, { json: {}, token: null })).status).toBe(401)
  })
})

describe('the request headers for timeout and priority', () => {
  it.each([
    ['x-request-timeout', 'soon'],
    ['x-request-timeout', '0'],
    ['x-stainless-timeout', '-1'],
    ['x-priority', 'urgent'],
  ])('are refused by name if invalid: %s: %s', async (name, value) => {
    const response = await host.ask(`/models/${embedder.repo}`, { json: { inputs: 'x' }, headers: { [name]: value } })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(name) })
  })
})
