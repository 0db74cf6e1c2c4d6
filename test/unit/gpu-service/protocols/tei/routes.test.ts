import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, makeUser, putMembership } from '../../../../support/make-key.ts'
import { readReference } from '../../support/folders.ts'
import { postTo } from '../../support/post-to.ts'
import { embedderModel, irisModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

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

const post = (path: string, json: unknown, on = host) => postTo(on, path, json)
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
  it('/embed returns a batch for one text, for several, for token ids and for a mix', async () => {
    const [first, second, third] = rows as [Row, Row, Row]
    expectVector((await answer<number[][]>(`${tiny}/embed`, { inputs: first.text }))[0], first.vector)
    expectVector((await answer<number[][]>(`${tiny}/embed`, { inputs: first.input_ids }))[0], first.vector)
    const mixed = await answer<number[][]>(`${tiny}/embed`, { inputs: [second.text, third.input_ids] })
    expectVector(mixed[0], second.vector)
    expectVector(mixed[1], third.vector)
  })

  it('/embed normalises by default, and shortens to the requested dimensions at length 1', async () => {
    const inputs = rows[0]?.text
    const [raw = []] = await answer<number[][]>(`${tiny}/embed`, { inputs, normalize: false })
    expect(dot(raw, raw)).not.toBeCloseTo(1, 2)
    expectVector(unit(raw), rows[0]?.vector ?? [])
    const [short = []] = await answer<number[][]>(`${tiny}/embed`, { inputs, dimensions: 4 })
    expectVector(short, unit(rows[0]?.vector.slice(0, 4) ?? []))
  })

  it('/embed_all returns a vector for every token, whose mean is the vector of the text', async () => {
    const inputs = rows.slice(0, 3).map(({ text }) => text)
    const all = await answer<number[][][]>(`${tiny}/embed_all`, { inputs })
    expect(all).toHaveLength(3)
    for (const [index, vectors] of all.entries()) {
      expect(vectors).toHaveLength(rows[index]?.input_ids.length ?? 0)
      const mean = (vectors[0] ?? []).map((_, column) => vectors.reduce((sum, one) => sum + (one[column] ?? 0), 0))
      expectVector(unit(mean), rows[index]?.vector ?? [])
    }
  })

  it('truncates token ids on the requested side, or refuses them', async () => {
    const [first, ...others] = rows[0]?.input_ids ?? []
    const long = [first, ...Array(40).fill(others[0])]
    const embedOne = async (json: object) => (await answer<number[][]>(`${tiny}/embed`, json))[0]
    expect(await embedOne({ inputs: long })).toEqual(await embedOne({ inputs: long.slice(0, 24) }))
    const left = await embedOne({ inputs: [long], truncation_direction: 'left' })
    expect(left).toEqual(await embedOne({ inputs: long.slice(-24) }))
    expect(left).not.toEqual(await embedOne({ inputs: long }))
    expect(await post(`${tiny}/embed`, { inputs: long, truncate: false })).toMatchObject({ status: 422 })
  })

  it("truncates a text on the requested side, or refuses it in TEI's words", async () => {
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

  it('/similarity returns the cosine of each sentence to the source', async () => {
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

  it('/tokenize and /decode convert between texts and tokens', async () => {
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

  it('/embeddings answers like OpenAI, for any model name', async () => {
    const { body } = await post(`${tiny}/embeddings`, { input: rows[0]?.text, model: 'any' })
    const { data, object } = body as { object: string; data: { embedding: number[] }[] }
    expect(object).toBe('list')
    expectVector(data[0]?.embedding, rows[0]?.vector ?? [])
  })

  it('/invocations and /vertex run the task of the model', async () => {
    const inputs = rows.slice(0, 2).map(({ text }) => text)
    const embedded = await answer<number[][]>(`${tiny}/embed`, { inputs })
    expect(await answer(`${tiny}/invocations`, { inputs })).toEqual(embedded)
    const { status, body } = await post(`${tiny}/vertex`, { instances: [{ inputs }, { inputs: inputs[0] }] })
    expect([status, body]).toEqual([200, { predictions: [embedded, [embedded[0]]] }])
  })

  it('every route answers at the root with the one model that can', async () => {
    const inputs = rows[0]?.text
    const [vector] = await answer<number[][]>(`${tiny}/embed`, { inputs })
    for (const path of ['/embed', '/', '/invocations']) expect(await answer(path, { inputs })).toEqual([vector])
    expect(await answer('/vertex', { instances: [{ inputs }] })).toEqual({ predictions: [[vector]] })
    expect((await post('/embed_all', { inputs })).status).toBe(200)
    expect((await post('/tokenize', { inputs })).status).toBe(200)
    expect((await post('/embeddings', { input: inputs })).status).toBe(200)
    expect(await post('/predict', { inputs })).toMatchObject({ status: 400, body: { error_type: 'Validation' } })
  })

  it('names the base paths at the root if several models could answer, and only those of the caller', async () => {
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
      const atRoot = (await post('/', { inputs: 'a' }, two)).body as { error: string }
      const [named = ''] = /\/api\S+\b/.exec(atRoot.error) ?? []
      expect((await post(named, { inputs: 'a' }, two)).status).toBe(200)
      expect(atRoot.error).toContain('Use the path of one of them: /api/v1/predict/one, /api/v1/predict/two.')
      const user = await makeUser(two.table)
      await putMembership(two.table, { user, owner: 'other', role: 'read' })
      const token = await makeKey(two.table, { user, scopes: ['infer'] })
      expect((await two.ask('/embed', { json: { inputs: 'a' }, token })).status).toBe(200)
    } finally {
      await two.close()
    }
  })
})
