import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { filesIn } from '../../../support/files-in.ts'
import { makeKey, makeUser, putMembership } from '../../../support/make-key.ts'
import { modelsFolder } from '../../../support/real-models.ts'
import { readReference } from '../support/folders.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

interface Row {
  text: string
  input_ids: number[]
  vector: number[]
}

let host: TestServing
let rows: Row[]
const tiny = '/api/v1/predict/tiny'
beforeAll(async () => {
  host = await startTestServing([await embedderModel(), await irisModel()])
  rows = (await readReference('tiny-embedder')).rows
})
afterAll(() => host.close())

async function post(path: string, json: unknown, on = host) {
  const response = await on.ask(path, { json })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
const answer = async <Body>(path: string, json: unknown) => (await post(path, json)).body as Body

function expectVector(actual: readonly number[] | undefined, expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(actual?.[i]).toBeCloseTo(value, 5)
}
const unit = (vector: readonly number[]) =>
  vector.map((value) => value / Math.sqrt(vector.reduce((s, v) => s + v * v, 0)))
const dot = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

describe('the routes of text-embeddings-inference', () => {
  it('/embed gives a batch for one text, for several, for token ids and for both mixed', async () => {
    const [first, second, third] = rows as [Row, Row, Row]
    expectVector((await answer<number[][]>(`${tiny}/embed`, { inputs: first.text }))[0], first.vector)
    expectVector((await answer<number[][]>(`${tiny}/embed`, { inputs: first.input_ids }))[0], first.vector)
    const mixed = await answer<number[][]>(`${tiny}/embed`, { inputs: [second.text, third.input_ids] })
    expectVector(mixed[0], second.vector)
    expectVector(mixed[1], third.vector)
  })

  it('/embed normalises unless told not to, and gives fewer dimensions at length 1', async () => {
    const inputs = rows[0]?.text
    const [raw = []] = await answer<number[][]>(`${tiny}/embed`, { inputs, normalize: false })
    expect(dot(raw, raw)).not.toBeCloseTo(1, 2)
    expectVector(unit(raw), rows[0]?.vector ?? [])
    const [short = []] = await answer<number[][]>(`${tiny}/embed`, { inputs, dimensions: 4 })
    expectVector(short, unit(rows[0]?.vector.slice(0, 4) ?? []))
  })

  it('/embed_all gives a vector for every token, whose mean is what the text has', async () => {
    const inputs = rows.slice(0, 3).map(({ text }) => text)
    const all = await answer<number[][][]>(`${tiny}/embed_all`, { inputs })
    for (const [index, vectors] of all.entries()) {
      expect(vectors).toHaveLength(rows[index]?.input_ids.length ?? 0)
      const mean = (vectors[0] ?? []).map((_, column) => vectors.reduce((sum, one) => sum + (one[column] ?? 0), 0))
      expectVector(unit(mean), rows[index]?.vector ?? [])
    }
  })

  it('cuts a text at the end that is asked for, or refuses it in its words', async () => {
    const long = `${'the '.repeat(40)}cat`
    const embedOne = async (json: object) => (await answer<number[][]>(`${tiny}/embed`, json))[0]
    expect(await embedOne({ inputs: long })).toEqual(await embedOne({ inputs: 'the '.repeat(22) }))
    for (const truncation_direction of ['Left', 'left']) {
      const left = await embedOne({ inputs: long, truncation_direction })
      expect(left).toEqual(await embedOne({ inputs: `${'the '.repeat(21)}cat` }))
    }
    expect(await post(`${tiny}/embed`, { inputs: long, truncate: false })).toMatchObject({
      status: 422,
      body: {
        error: 'Input validation error: `inputs` must have less than 24 tokens. Given: 43',
        error_type: 'Validation',
      },
    })
  })

  it('/similarity gives the cosine of each sentence to the source', async () => {
    const [source, ...others] = rows as [Row, ...Row[]]
    const inputs = { source_sentence: source.text, sentences: others.map(({ text }) => text) }
    const scores = await answer<number[]>(`${tiny}/similarity`, { inputs, parameters: { truncate: true } })
    expectVector(
      scores,
      others.map(({ vector }) => dot(source.vector, vector)),
    )
    const piped = await answer<number[]>(tiny, { inputs })
    expectVector(piped, scores)
  })

  it('/tokenize and /decode go from texts to tokens and back', async () => {
    const inputs = ['the sun shines', 'unaffable']
    const lists = await answer<
      { id: number; text: string; special: boolean; start: number | null; stop: number | null }[][]
    >(`${tiny}/tokenize`, { inputs })
    expect(lists[0]?.map(({ id }) => id)).toEqual(rows[0]?.input_ids)
    expect(lists[0]?.[0]).toEqual({ id: 2, text: '[CLS]', special: true, start: null, stop: null })
    expect(lists[0]?.[1]).toEqual({ id: expect.any(Number), text: 'the', special: false, start: 0, stop: 3 })
    const bare = await answer<{ id: number }[][]>(`${tiny}/tokenize`, { inputs: 'the', add_special_tokens: false })
    expect(bare[0]).toHaveLength(1)
    const ids = lists.map((list) => list.map(({ id }) => id))
    expect(await answer(`${tiny}/decode`, { ids })).toEqual(inputs)
    expect(await answer(`${tiny}/decode`, { ids: ids[0], skip_special_tokens: false })).toEqual([
      '[CLS] the sun shines [SEP]',
    ])
    expect(await post(`${tiny}/decode`, { ids: [9999] })).toMatchObject({
      status: 422,
      body: { error_type: 'Tokenizer' },
    })
  })

  it('/embeddings answers as OpenAI does, whatever model is named', async () => {
    const { body } = await post(`${tiny}/embeddings`, { input: rows[0]?.text, model: 'any' })
    const { data, object } = body as { object: string; data: { embedding: number[] }[] }
    expect(object).toBe('list')
    expectVector(data[0]?.embedding, rows[0]?.vector ?? [])
  })

  it('/invocations and /vertex ask for what the model does', async () => {
    const inputs = rows.slice(0, 2).map(({ text }) => text)
    const embedded = await answer<number[][]>(`${tiny}/embed`, { inputs })
    expect(await answer(`${tiny}/invocations`, { inputs })).toEqual(embedded)
    const { status, body } = await post(`${tiny}/vertex`, { instances: [{ inputs }, { inputs: inputs[0] }] })
    expect([status, body]).toEqual([200, { predictions: [embedded, [embedded[0]]] }])
  })

  it('answers at the root by the one model that can, in every route', async () => {
    const inputs = rows[0]?.text
    const [vector] = await answer<number[][]>(`${tiny}/embed`, { inputs })
    for (const path of ['/embed', '/', '/invocations']) expect(await answer(path, { inputs })).toEqual([vector])
    expect(await answer('/vertex', { instances: [{ inputs }] })).toEqual({ predictions: [[vector]] })
    expect((await post('/embed_all', { inputs })).status).toBe(200)
    expect((await post('/tokenize', { inputs })).status).toBe(200)
    expect((await post('/embeddings', { input: inputs })).status).toBe(200)
    expect(await post('/predict', { inputs })).toMatchObject({ status: 400, body: { error_type: 'Validation' } })
  })

  it('names the base paths at the root where several models could answer, and only those of the caller', async () => {
    const two = await startTestServing([
      await embedderModel('one'),
      { ...(await embedderModel('two')), repo: 'other/embedder' },
    ])
    try {
      const ambiguous = await post('/embed', { inputs: 'a' }, two)
      expect(ambiguous).toMatchObject({ status: 400, body: { error_type: 'Validation' } })
      expect((ambiguous.body as { error: string }).error).toContain(
        '/api/v1/predict/one/embed, /api/v1/predict/two/embed',
      )
      const user = await makeUser(two.table)
      await putMembership(two.table, { user, owner: 'other', role: 'read' })
      const token = await makeKey(two.table, { user, scopes: ['infer'] })
      expect((await two.ask('/embed', { json: { inputs: 'a' }, token })).status).toBe(200)
    } finally {
      await two.close()
    }
  })

  it('tells where the time went in whole milliseconds, and how much was computed', async () => {
    const { headers } = await post(`${tiny}/embed`, { inputs: ['the sun 😀', 'x'] })
    for (const name of ['compute-time', 'total-time', 'tokenization-time', 'queue-time', 'inference-time'])
      expect(headers.get(`x-${name}`)).toMatch(/^\d+$/)
    expect(headers.get('x-compute-type')).toBe('cpu+optimized')
    expect(headers.get('x-compute-characters')).toBe('10')
    expect(headers.get('x-compute-tokens')).toBe(headers.get('x-tokens'))
  })

  it.each([
    ['/embed', { inputs: [] }, 400, 'Empty', '`inputs` cannot be empty'],
    ['/embed', { inputs: '' }, 400, 'Empty', '`inputs` cannot be empty'],
    ['/embed', { inputs: ['a', ''] }, 400, 'Empty', '`inputs` cannot be empty'],
    ['/similarity', { inputs: { source_sentence: 'a', sentences: [''] } }, 400, 'Empty', '`inputs` cannot be empty'],
    ['/tokenize', { inputs: '' }, 400, 'Empty', '`inputs` cannot be empty'],
    [
      '/embed',
      { inputs: Array(2049).fill('a') },
      422,
      'Validation',
      'batch size 2049 > maximum allowed batch size 2048',
    ],
    ['/embed', {}, 422, 'Validation', 'Input validation error: '],
    ['/embed', { inputs: 5 }, 422, 'Validation', 'Input validation error: '],
    ['/embed', { inputs: ['a', null] }, 422, 'Validation', 'inputs'],
    ['/embed', { inputs: [[]] }, 422, 'Validation', 'inputs'],
    ['/embed', { inputs: [2, 99999, 3] }, 422, 'Validation', 'not a token id'],
    ['/embed', { inputs: 'a', dimensions: 0 }, 422, 'Validation', 'dimensions'],
    ['/embed', { inputs: 'a', dimensions: 17 }, 422, 'Validation', 'dimensions'],
    ['/embed', { inputs: 'a', prompt_name: 'query' }, 422, 'Validation', 'prompt_name'],
    ['/embed_all', { inputs: 'a', truncation_direction: 'up' }, 422, 'Validation', 'truncation_direction'],
    ['/similarity', { inputs: { source_sentence: 'a', sentences: [] } }, 400, 'Empty', 'cannot be empty'],
    ['/similarity', { inputs: 'a' }, 422, 'Validation', 'inputs'],
    ['/embed_sparse', { inputs: 'a' }, 424, 'Backend', 'sparse'],
    ['/predict', { inputs: 'a' }, 424, 'Backend', 'text-classification'],
    ['/rerank', { query: 'a', texts: ['b'] }, 424, 'Backend', 'text-ranking'],
    ['/tokenize', { inputs: [] }, 400, 'Empty', '`inputs` cannot be empty'],
    ['/decode', { ids: [-1] }, 422, 'Tokenizer', 'ids'],
    ['/vertex', { instances: [] }, 400, 'Empty', '`instances` cannot be empty'],
    ['/vertex', { instances: 5 }, 422, 'Validation', 'instances'],
  ])('%s refuses %j in its envelope', async (path, json, status, type, message) => {
    const refused = await post(tiny + path, json)
    expect(refused).toMatchObject({ status, body: { error: expect.stringContaining(message), error_type: type } })
    expect(Object.keys(refused.body as object).sort()).toEqual(['error', 'error_type'])
    expect(refused.headers.get('x-should-retry')).toBe('false')
  })

  it('refuses a text of more tokens than are written without a pause', async () => {
    const { status, body } = await post(`${tiny}/tokenize`, { inputs: '.'.repeat(100_000) })
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('the limit is 100000') },
    })
  })

  it('says that a model is overloaded in its words, and when to come back', async () => {
    const busy = await startTestServing([await embedderModel('busy')], { queuedMax: 1 })
    onTestFinished(() => busy.close())
    const inputs = Array(20).fill('the sun shines')
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('/embed', { inputs }, busy)))
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThan(0)
    for (const { status, body, headers } of refused) {
      expect({ status, body }).toEqual({
        status: 429,
        body: { error: 'Model is overloaded', error_type: 'Overloaded' },
      })
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
  })

  it('says what limit is reached as an overload, and when to come back', async () => {
    const limited = { ...(await embedderModel('limited')), limits: { requestsPerSecond: 0.1 } }
    const other = await startTestServing([limited])
    onTestFinished(() => other.close())
    await post('/embed', { inputs: 'a' }, other)
    const refused = await post('/embed', { inputs: 'a' }, other)
    expect(refused).toMatchObject({
      status: 429,
      body: { error: expect.stringContaining('requests per second'), error_type: 'Overloaded' },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('asks for a key before it looks at anything', async () => {
    for (const path of ['/embed', '/', `${tiny}/embed`, '/generate']) {
      const denied = await host.ask(path, { method: 'POST', body: '{', token: null })
      expect([path, denied.status]).toEqual([path, 401])
    }
  })

  it('says what a model is below its base path', async () => {
    const info = await host.ask(`${tiny}/info`)
    expect(await info.json()).toMatchObject({
      model_id: 'slipway-tests/tiny-embedder',
      model_dtype: 'float32',
      model_type: { embedding: { pooling: 'mean' } },
      max_input_length: 24,
      max_client_batch_size: 2048,
      auto_truncate: true,
      dimensions: 16,
      batchInvariant: true,
    })
    for (const path of ['/health', '/ping']) expect((await host.ask(tiny + path)).status).toBe(200)
  })

  it('counts for its dashboards', async () => {
    const text = await (await host.ask('/metrics')).text()
    expect(text).toMatch(/^te_request_count\{method="batch"\} [1-9]/m)
    expect(text).toMatch(/^te_request_success\{method="single"\} [1-9]/m)
    expect(text).toMatch(/^te_request_failure\{err="batch_size"\} 1$/m)
    expect(text).toMatch(/^te_request_failure\{err="model_type"\} [1-9]/m)
    expect(text).toMatch(/^te_queue_size 0$/m)
    expect(text).toMatch(/^te_request_duration_bucket\{le="\+Inf"\} [1-9]/m)
    expect(text).toMatch(/^te_batch_next_size_bucket\{le="1"\} [1-9]/m)
    expect(text).toMatch(/^te_batch_next_size_count [1-9]/m)
    for (const name of ['te_embed_count', 'te_request_queue_duration_sum', 'te_request_inference_duration_sum'])
      expect(text).toMatch(new RegExp(`^${name} [0-9.]+`, 'm'))
  })
})

describe('models of pairs and classes, in the routes of text-embeddings-inference', () => {
  const folder = modelsFolder && join(modelsFolder, 'slipway')
  let pairs: TestServing | undefined
  beforeAll(async () => {
    if (folder === undefined) return
    const model = async (name: string, task: string) => ({
      name,
      task,
      repo: `slipway/tiny-bert-${name}`,
      file: 'onnx/model.onnx',
      files: await filesIn(join(folder, `tiny-bert-${name}`)),
    })
    pairs = await startTestServing([
      await model('sentiment', 'text-classification'),
      await model('reranker', 'text-ranking'),
    ])
  })
  afterAll(() => pairs?.close())

  it.skipIf(folder === undefined)(
    '/predict answers flat for one, nested for several, with scores that the pipeline has',
    async () => {
      const base = '/models/slipway/tiny-bert-sentiment'
      const piped = (await post(base, { inputs: ['good', 'a list'] }, pairs)).body as {
        label: string
        score: number
      }[][]
      const one = (await post(`${base}/predict`, { inputs: 'good' }, pairs)).body as { label: string; score: number }[]
      expect(one).toEqual(piped[0])
      expect((await post(`${base}/predict`, { inputs: [['good'], ['a list']] }, pairs)).body).toEqual(piped)
      expect(one.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5)
      const pair = (await post(`${base}/predict`, { inputs: ['good', 'a list'] }, pairs)).body as unknown[]
      expect(pair[0]).toEqual({ label: expect.any(String), score: expect.any(Number) })
      // A reranker has classes too: one.
      expect(await post('/predict', { inputs: 'good' }, pairs)).toMatchObject({ status: 400 })
      const raw = (await post(`${base}/predict`, { inputs: 'good', raw_scores: true }, pairs)).body as {
        score: number
      }[]
      expect(raw.reduce((sum, { score }) => sum + score, 0)).not.toBeCloseTo(1, 3)
    },
  )

  it.skipIf(folder === undefined)(
    '/rerank ranks the texts as Jina does, with the text where it is asked for',
    async () => {
      const base = '/models/slipway/tiny-bert-reranker'
      const texts = ['a list of strings', 'the sun', 'an error is raised']
      const ranked = (await post(`${base}/rerank`, { query: 'lists', texts, return_text: true }, pairs)).body as {
        index: number
        text: string
        score: number
      }[]
      const { results } = (await post(`${base}/v1/rerank`, { query: 'lists', documents: texts }, pairs)).body as {
        results: { index: number; relevance_score: number }[]
      }
      expect(ranked.map(({ index, score }) => [index, score])).toEqual(
        results.map(({ index, relevance_score }) => [index, relevance_score]),
      )
      for (const { index, text } of ranked) expect(text).toBe(texts[index])
      expect((await post('/rerank', { query: 'lists', texts }, pairs)).status).toBe(200)
      expect((await post(`${base}/rerank`, { query: 'lists', texts: [] }, pairs)).status).toBe(400)
    },
  )
})
