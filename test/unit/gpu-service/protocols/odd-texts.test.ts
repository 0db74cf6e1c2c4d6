import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'
import { hasTinyModels, tinyModel } from '../support/tiny-models.ts'

type Ask = (text: string) => [path: string, body: unknown, param: string]

const embeddings: [string, Ask][] = [
  ['OpenAI embeddings', (text) => ['/v1/embeddings', { model: 'one', input: ['a', text] }, 'input[1]']],
  ['TEI embeddings', (text) => ['/api/v1/predict/one/embed', { inputs: text }, 'inputs']],
  [
    'the pipeline of embeddings',
    (text) => ['/models/slipway-tests/tiny-embedder', { inputs: ['a', text] }, 'inputs[1]'],
  ],
]
const tasks: [string, Ask][] = [
  [
    'Cohere rerank',
    (text) => ['/v2/rerank', { model: 'tiny-bert-reranker', query: 'a', documents: [text] }, 'documents[0]'],
  ],
  [
    'TEI rerank',
    (text) => ['/api/v1/predict/tiny-bert-reranker/rerank', { query: 'a', texts: ['b', text] }, 'texts[1]'],
  ],
  ['token classification', (text) => ['/models/slipway/tiny-bert-ner', { inputs: [text] }, 'inputs[0]']],
  [
    'a label of zero-shot classification',
    (text) => {
      const parameters = { candidate_labels: ['a', `b${text}`] }
      return ['/models/slipway/tiny-bert-nli', { inputs: 'a', parameters }, 'parameters.candidate_labels[1]']
    },
  ],
  [
    'the context of a question',
    (text) => ['/models/slipway/tiny-bert-qa', { inputs: { question: 'a', context: `a ${text}` } }, 'inputs.context'],
  ],
]

describe.each([
  ['of embeddings', embeddings, async () => [await embedderModel('one')]],
  [
    'of other tasks',
    tasks,
    async () => [
      await tinyModel('tiny-bert-reranker', 'text-ranking'),
      await tinyModel('tiny-bert-ner', 'token-classification'),
      await tinyModel('tiny-bert-nli', 'zero-shot-classification'),
      await tinyModel('tiny-bert-qa', 'question-answering'),
    ],
  ],
] as const)('unusual texts in requests %s', (name, asks, models) => {
  describe.skipIf(name === 'of other tasks' && !hasTinyModels)('to a running service', () => {
    let host: TestServing
    beforeAll(async () => {
      host = await startTestServing([...(await models())])
    })
    afterAll(() => host?.close())

    it.each([...asks])('%s: half of a surrogate pair is refused with its position', async (_name, ask) => {
      const [path, json, param] = ask('\ud83d')
      const refused = await host.ask(path, { json })
      expect([400, 422]).toContain(refused.status)
      expect(await refused.text()).toContain(`\\"${param}\\" contains half of a surrogate pair`)
    })

    it.each([...asks])('%s: a NUL is accepted as a character', async (_name, ask) => {
      const [path, json] = ask('\u0000')
      expect((await host.ask(path, { json })).status).toBe(200)
    })
  })
})

it('/embed_all gives an empty list for a text without tokens, so that the others keep their places', async () => {
  const model = await embedderModel('bare')
  const tokenizer = JSON.parse(String(model.files['tokenizer.json']))
  const bare = Buffer.from(JSON.stringify({ ...tokenizer, post_processor: null }))
  const host = await startTestServing([{ ...model, files: { ...model.files, 'tokenizer.json': bare } }])
  onTestFinished(() => host.close())
  const vectorsOf = async (inputs: unknown) =>
    (await (await host.ask('/api/v1/predict/bare/embed_all', { json: { inputs } })).json()) as number[][][]
  expect((await vectorsOf(['a', ' ', 'the a'])).map(({ length }) => length)).toEqual([1, 0, 2])
  expect(await vectorsOf(' ')).toEqual([[]])
})

it('refuses a request of thousands of fields before processing it', async () => {
  const host = await startTestServing([await embedderModel('one')])
  onTestFinished(() => host.close())
  const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, at) => [`k${at}`, at]))
  for (const [json, fault] of [
    [{ ...many(5000), inputs: 'a' }, 'more than 1000 fields'],
    [{ inputs: 'a', parameters: many(5000) }, 'more than 1000 fields'],
    [{ inputs: many(100_000) }, 'more than 10000 different field names'],
  ] as const) {
    const refused = await host.ask('/api/v1/predict/one', { json })
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining(fault)])
  }
})
