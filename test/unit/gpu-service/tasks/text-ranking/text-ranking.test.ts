import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServing, type TestModel, type TestServing } from '../../support/test-serving.ts'
import { askPipeline, hasTinyModels, tinyModel, tinyReference } from '../../support/tiny-models.ts'

const name = 'tiny-bert-reranker'
const identity = 'torch.nn.modules.linear.Identity'
const sigmoid = 'torch.nn.modules.activation.Sigmoid'
const prompts = { prompts: { find: 'the ship ' }, default_prompt_name: 'find' }

interface Row {
  query: string
  document: string
  input_ids: number[]
  logit: number
  score: number
}

describe.skipIf(!hasTinyModels)('text ranking', () => {
  let host: TestServing
  let rows: Row[]
  beforeAll(async () => {
    host = await startTestServing([
      await tinyModel(name, 'text-ranking'),
      { ...(await tinyModel('tiny-bert-sentiment', 'text-ranking')), name: 'three-labels' },
      await configured('raw', { sentence_transformers: { activation_fn: identity } }),
      await configured('raw-since-2', {
        sentence_transformers: undefined,
        sbert_ce_default_activation_function: identity,
      }),
      await configured('squashed', { sentence_transformers: { activation_fn: sigmoid } }),
      await configured('regression', { sentence_transformers: undefined, problem_type: 'regression' }),
      await configured('curved', { sentence_transformers: { activation_fn: 'torch.nn.modules.activation.Tanh' } }),
      await configured('prompted', {}, { model_type: 'CrossEncoder', activation_fn: identity, ...prompts }),
      await configured('unlisted', {}, { model_type: 'CrossEncoder', ...prompts, default_prompt_name: 'constructor' }),
      await configured('of-texts', {}, { activation_fn: identity, ...prompts }),
    ])
    rows = (await tinyReference(name)).rows
  })
  afterAll(() => host?.close())

  /** The reranker with more in its config.json, and with a file of sentence-transformers. */
  async function configured(named: string, more: object, sentence?: object): Promise<TestModel> {
    const model = await tinyModel(name, 'text-ranking')
    const config = JSON.stringify({ ...JSON.parse(model.files['config.json']?.toString() ?? ''), ...more })
    const files = {
      ...model.files,
      'config.json': Buffer.from(config),
      ...(sentence && { 'config_sentence_transformers.json': Buffer.from(JSON.stringify(sentence)) }),
    }
    return { ...model, name: named, repo: `slipway-tests/${named}`, files }
  }

  const ask = (inputs: unknown, parameters?: unknown) => askPipeline(host, name, { inputs, parameters })
  const near = (found: number | undefined, wanted: number) =>
    expect(Math.abs((found ?? Number.NaN) - wanted)).toBeLessThan(1e-5)

  it('scores every pair of the reference, alone and batched', async () => {
    const pairs = await ask(rows.map(({ query, document }) => [query, document]))
    for (const [index, { query, document, score, logit }] of rows.entries()) {
      near(pairs.body[index][0].score, score)
      const alone = await ask({ query, texts: [document] })
      near(alone.body[0].score, score)
      near((await ask({ query, texts: [document] }, { raw_scores: true })).body[0].score, logit)
    }
  })

  it.each([
    ['raw', 'logit'],
    ['raw-since-2', 'logit'],
    ['squashed', 'score'],
    ['of-texts', 'score'],
  ] as const)('a score is by default what CrossEncoder.predict gives: %s', async (model, wanted) => {
    const { query, document, ...row } = rows[0] as Row
    const scored = async (inputs: unknown, parameters?: object) =>
      (await askPipeline(host, model, { inputs, parameters })).body
    near((await scored({ query, texts: [document] }))[0].score, row[wanted])
    near((await scored({ source_sentence: query, sentences: [document] }))[0], row[wanted])
    near((await scored([[query, document]]))[0][0].score, row[wanted])
    near((await scored({ query, texts: [document] }, { raw_scores: false }))[0].score, row.score)
    near((await scored({ query, texts: [document] }, { raw_scores: true }))[0].score, row.logit)
    const tei = await host.ask(`/api/v1/predict/${model}/rerank`, { json: { query, texts: [document] } })
    near(((await tei.json()) as { score: number }[])[0]?.score, row.score)
  })

  it.each([
    ['regression', 'sigmoid', 'none'],
    ['raw', 'none', 'none'],
    ['squashed', 'sigmoid', 'sigmoid'],
  ] as const)('/info tells what makes a score of a ranking and of a pair: %s', async (model, ranking, pairing) => {
    const { query, document, ...row } = rows[0] as Row
    const info = await host.ask(`/api/v1/predict/${model}/info`)
    expect(await info.json()).toMatchObject({ functionToApply: ranking, pairFunctionToApply: pairing })
    const scored = async (inputs: unknown) => (await askPipeline(host, model, { inputs })).body
    const numbers = { none: row.logit, sigmoid: row.score }
    near((await scored({ query, texts: [document] }))[0].score, numbers[ranking])
    near((await scored([[query, document]]))[0][0].score, numbers[pairing])
  })

  it("a CrossEncoder's default prompt is put before each query", async () => {
    const { query, document } = rows[0] as Row
    const texts = [document]
    const scored = async (model: string, inputs: object) =>
      (await askPipeline(host, model, { inputs, parameters: { raw_scores: true } })).body[0].score
    near(
      await scored('prompted', { query, texts }),
      await scored(name, { query: `${prompts.prompts.find}${query}`, texts }),
    )
    near(await scored('of-texts', { query, texts }), await scored(name, { query, texts }))
  })

  it('is refused by name with an activation that is not served', async () => {
    const { status, body } = await askPipeline(host, 'curved', { inputs: { query: 'a', texts: ['b'] } })
    expect(status).toBe(422)
    expect(body.error).toContain('Tanh')
  })

  it('is refused where the default prompt is not among the prompts, whatever its name', async () => {
    const { status, body } = await askPipeline(host, 'unlisted', { inputs: { query: 'a', texts: ['b'] } })
    expect(status).toBe(422)
    expect(body.error).toContain('"constructor" as its default prompt')
  })

  it('ranks texts best first, or scores sentences in order', async () => {
    const { query } = rows[0] as Row
    const texts = rows.filter((row) => row.query === query).map(({ document }) => document)
    const ranked = await ask({ query, texts }, { return_text: true })
    const scores = await ask({ source_sentence: query, sentences: texts })
    expect(scores.body.length).toBe(texts.length)
    expect(ranked.body.map(({ index }: { index: number }) => index).sort()).toEqual(texts.map((_, index) => index))
    for (const { index, score, text } of ranked.body) {
      expect(text).toBe(texts[index])
      near(score, scores.body[index])
    }
    const numbers = ranked.body.map(({ score }: { score: number }) => score)
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
    expect((await ask({ query, texts }, { top_n: 1 })).body.length).toBe(1)
  })

  it.each([
    [{ query: 5, texts: ['a'] }, 'inputs.query'],
    [{ query: 'a', texts: [] }, 'inputs.texts'],
    [{ query: 'a', texts: ['b', 1] }, 'inputs.texts[1]'],
    [{ source_sentence: 'a' }, 'inputs.sentences'],
  ])('refuses %j and names what is wrong', async (inputs, param) => {
    const { status, body } = await ask(inputs)
    expect(status).toBe(422)
    expect(body.error).toContain(`"${param}"`)
  })

  const documents = Array.from({ length: 300 }, (_, at) => `the ship ${at} sails "home" `.repeat(100))
  it.each<[string, object, (body: { results: unknown[] }) => unknown]>([
    [`/models/slipway/${name}`, { inputs: { query: 'a', texts: documents }, return_text: true }, (body) => body],
    [`/models/slipway/${name}/rerank`, { query: 'a', texts: documents, return_text: true }, (body) => body],
    ['/v1/rerank', { model: name, query: 'a', documents }, ({ results }) => results],
  ])('streams many documents back in small pieces: %s', async (path, json, listIn) => {
    const response = await host.ask(path, { json })
    const pieces = await Array.fromAsync(response.body ?? [])
    const listed = listIn(JSON.parse(Buffer.concat(pieces).toString()))
    const text = expect.stringMatching(/^(?:the ship \d+ sails "home" ){100}$/)
    const shape = path === '/v1/rerank' ? { document: { text } } : { text }
    expect(listed).toEqual(documents.map(() => expect.objectContaining(shape)))
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(200_000)
  })

  it('is refused for a model of several classes', async () => {
    const { status, body } = await askPipeline(host, 'three-labels', { inputs: { query: 'a', texts: ['b'] } })
    expect(status).toBe(422)
    expect(body.error).toContain('3 labels')
  })
})
