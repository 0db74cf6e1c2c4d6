import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postTo } from '../support/post-to.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'
import { hasTinyModels, tinyModel, tinyReference } from '../support/tiny-models.ts'

const documents = ['Paris is the capital of France.', 'Bananas are yellow.', 'The sun sets over the harbour.']
const asked = { model: 'tiny-bert-reranker', query: 'what is the capital of france?', documents }

let host: TestServing
// biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests check.
const post = async (path: string, json: unknown, headers = {}): Promise<any> =>
  (await host.ask(path, { json, headers })).json()
beforeAll(async () => {
  if (!hasTinyModels) return
  const reranker = await tinyModel('tiny-bert-reranker', 'text-ranking')
  host = await startTestServing([reranker, { ...reranker, name: 'another' }])
})
afterAll(() => host?.close())

/** Sends what the real clients sent, and checks what they read of the answer (serving-protocols, section 5; docs.voyageai.com). */
describe.skipIf(!hasTinyModels)('a reranker, for the clients of other servers', () => {
  it('answers LiteLLM for vLLM and the client of Infinity at /rerank, for the model named in the body', async () => {
    const ranked = await post('/v1/rerank', asked)
    const sent = { ...asked, top_n: 2, return_documents: true }
    expect(await post('/rerank', sent)).toMatchObject({ object: 'rerank', results: ranked.results.slice(0, 2) })
    expect(await post('/models/slipway/tiny-bert-reranker/rerank', { ...asked, model: 'dummy' })).toMatchObject({
      results: ranked.results,
    })
    const bare = await post('/rerank', { ...asked, return_documents: false })
    expect(bare.results.every((result: object) => !('document' in result))).toBe(true)
  })

  it('refuses a request to /rerank in the error format of the server that the client was written for', async () => {
    expect(await postTo(host, '/rerank', { ...asked, model: 'absent' })).toMatchObject({
      status: 404,
      body: { error: { code: 'model_not_found' } },
    })
    expect(await postTo(host, '/rerank', { query: 'a', documents })).toMatchObject({
      status: 400,
      body: { error: { param: 'model' } },
    })
    const { query, documents: texts } = asked
    expect(await postTo(host, '/rerank', { query, texts })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('/api/v1/predict/another/rerank'), error_type: 'Validation' },
    })
  })

  it('gives the clients of Voyage as many results as they ask for, in the field that they read', async () => {
    const [first, second] = (await post('/v1/rerank', asked)).results
    const data = [first, second].map(({ index, relevance_score }) => ({ index, relevance_score }))
    const answer = { object: 'list', data, model: asked.model, usage: { total_tokens: expect.any(Number) } }
    expect(await post('/v1/rerank', { ...asked, top_k: 2, truncation: true })).toEqual(answer)
    const returned = await post('/v1/rerank', { ...asked, top_k: 1, return_documents: true })
    expect(returned.data).toEqual([{ ...data[0], document: documents[first.index] }])
    const fromJavaScript = await post('/v1/rerank', asked, { 'x-fern-sdk-name': 'voyageai' })
    expect(fromJavaScript.data).toHaveLength(3)
  })

  it('cuts each document to the token limit of a Cohere client, and scores it as if the rest were not there', async () => {
    const { rows } = await tinyReference('tiny-bert-reranker')
    const [{ query, document, score }] = rows
    const scoreOf = async (given: object) => {
      const { results } = await post('/v2/rerank', { model: asked.model, query, documents: [document], ...given })
      return results[0].relevance_score
    }
    expect(await scoreOf({ max_tokens_per_doc: 4096 })).toBeCloseTo(score, 4)
    // Each word and the full stop is one token, so the fourth token is "capital".
    const cut = await scoreOf({ max_tokens_per_doc: 4 })
    expect(cut).not.toBeCloseTo(score, 4)
    expect(cut).toBeCloseTo(await scoreOf({ documents: ['Paris is the capital'] }), 6)
  })
})
