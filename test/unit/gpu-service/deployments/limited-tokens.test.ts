import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestModel, type TestServing } from '../support/test-serving.ts'
import { hasTinyModels, tinyModel } from '../support/tiny-models.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([], { heartbeatMs: 50, waitMsMax: 60_000 })
})
afterAll(() => host.close())

async function deployLimited(name: string, tokensPerMinute: number, model?: TestModel) {
  const target = await publishTarget(host, model ?? (await embedderModel()))
  await deployTargets(host, { name, targets: [target], limits: { tokensPerMinute } })
  await expect.poll(async () => (await host.ask(`/api/v1/predict/${name}/health`)).status, slow).toBe(200)
}

const left = (answer: Response) => Number(answer.headers.get('x-ratelimit-remaining-tokens'))
const tokensOf = (answer: Response) => Number(answer.headers.get('x-tokens'))

/** So few a minute that hardly one comes back between two answers. */
const perMinute = 300

/** Asks, compares the charge with the tokens reported in the answer, and returns what is left. */
async function asksFor({ path, json, before }: { path: string; json: unknown; before: number }): Promise<number> {
  const answer = await host.ask(path, { json })
  const told = tokensOf(answer)
  expect([path, answer.status]).toEqual([path, 200])
  expect(told, path).toBeGreaterThan(2)
  expect(before - left(answer), path).toBeLessThanOrEqual(told + 1)
  expect(before - left(answer), path).toBeGreaterThan(0)
  return left(answer)
}

const text = 'many words in a row'

describe('a deployment with tokens per minute', () => {
  it('gives a simultaneous crowd no more than its limit plus one request', async () => {
    await deployLimited('crowded', 300)
    const json = { model: 'crowded', input: 'many words '.repeat(20) }
    const all = await Promise.all(Array.from({ length: 40 }, () => host.ask('/v1/embeddings', { json })))
    const answered = all.filter(({ status }) => status === 200)
    const refused = all.filter(({ status }) => status === 429)
    expect(answered.length + refused.length).toBe(40)
    const [size = 0] = answered.map(tokensOf)
    expect(size).toBeGreaterThan(20)
    expect(answered.length).toBeLessThanOrEqual(Math.ceil(300 / size) + 1)
    for (const one of refused) {
      expect(await one.json()).toMatchObject({ error: { code: 'rate_limited' } })
      expect(left(one)).toBe(0)
      // The overdraft of one request is paid back within its own share of the minute.
      expect(Number(one.headers.get('retry-after'))).toBeLessThanOrEqual(Math.ceil((size / 300) * 60) + 1)
    }
  })

  it("refuses a request larger than a minute's tokens, without charging it", async () => {
    await deployLimited('small', 20)
    const ask = (input: string | string[]) => host.ask('/v1/embeddings', { json: { model: 'small', input } })
    const refused = await ask(Array<string>(10).fill(text))
    expect([refused.status, await refused.json()]).toMatchObject([413, { error: { code: 'request_too_costly' } }])
    expect((await ask('a text')).status).toBe(200)
  })

  it('charges what each route reports as the tokens of a request', async () => {
    await deployLimited('routes', perMinute)
    const base = '/api/v1/predict/routes'
    const ids = [5, 6, 7]
    const asked: [string, unknown][] = [
      ['/v1/embeddings', { model: 'routes', input: [text, text] }],
      ['/v1/embeddings', { model: 'routes', input: ids }],
      [base, { inputs: text }],
      [base, { inputs: { source_sentence: text, sentences: [text, 'other words'] } }],
      [`${base}/embed`, { inputs: text }],
      [`${base}/embed_all`, { inputs: [text, 'other words'] }],
      [`${base}/similarity`, { inputs: { source_sentence: text, sentences: [text] } }],
      [`${base}/tokenize`, { inputs: text }],
      [`${base}/decode`, { ids }],
      [`${base}/vertex`, { instances: [{ inputs: text }, { inputs: 'other words' }] }],
      [`${base}/invocations`, { inputs: text }],
    ]
    let before = perMinute
    for (const [path, json] of asked) before = await asksFor({ path, json, before })
  })

  it('charges the token ids of the Open Inference Protocol, without padding, and refuses too many of them', async () => {
    await deployLimited('tensors', 60)
    const ask = (rows: number[][], masks: number[][]) => {
      const shape = [rows.length, rows[0]?.length ?? 0]
      const tensor = (name: string, values: number[][]) => ({ name, datatype: 'INT64', shape, data: values.flat() })
      const inputs = [tensor('input_ids', rows), tensor('attention_mask', masks)]
      return host.ask('/v2/models/tensors/infer', { json: { inputs } })
    }
    const ids = [5, 6, 7, 0]
    const answer = await ask([ids, ids], [Array(4).fill(1), [1, 1, 1, 0]])
    expect([answer.status, tokensOf(answer), left(answer)]).toEqual([200, 7, 53])
    const refused = await ask(Array(16).fill(ids), Array(16).fill(Array(4).fill(1)))
    expect([refused.status, left(refused)]).toEqual([413, 53])
  })

  it('charges the token ids of a graph without a task, and says in the answer how many they were', async () => {
    await deployLimited('graph', perMinute, { ...(await embedderModel()), task: 'tensors' })
    const json = { inputs: { input_ids: [[5, 6, 7]], attention_mask: [[1, 1, 1]] } }
    await asksFor({ path: '/api/v1/predict/graph', json, before: perMinute })
  })

  it.skipIf(!hasTinyModels)('charges what each task reports as the tokens of a request', async () => {
    const qa = { question: 'who?', context: text }
    const asked: [string, string, unknown][] = [
      ['tiny-bert-sentiment', 'text-classification', { inputs: text }],
      ['tiny-bert-ner', 'token-classification', { inputs: text }],
      ['tiny-bert-mlm', 'fill-mask', { inputs: 'many [MASK] in a row' }],
      ['tiny-bert-qa', 'question-answering', { inputs: qa }],
      ['tiny-bert-nli', 'zero-shot-classification', { inputs: text, parameters: { candidate_labels: ['a', 'b'] } }],
      ['tiny-bert-reranker', 'text-ranking', { inputs: [{ text, text_pair: 'other words' }] }],
    ]
    for (const [name, task, json] of asked) {
      await deployLimited(name, perMinute, await tinyModel(name, task))
      await asksFor({ path: `/api/v1/predict/${name}`, json, before: perMinute })
    }
  })
})
