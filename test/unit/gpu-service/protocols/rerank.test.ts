import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rankedResults } from '../../../../gpu-service/protocols/rerank/ranked-results.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([await embedderModel()])
})
afterAll(() => host.close())

const rerank = async (route: string, json: unknown) => {
  const response = await host.ask(route, { json })
  const body = (await response.json()) as { message?: string; error?: { message: string } }
  return { status: response.status, message: body.message ?? body.error?.message }
}
const good = { model: 'tiny', query: 'q', documents: ['a', 'b'] }

describe('reranked documents', () => {
  it('are sorted by score, and equal scores by their order in the request', () => {
    const results = rankedResults({ scores: [0.1, 0.9, 0.1, 0.5], documents: undefined, count: 4 })
    expect(results.map(({ index }) => index)).toEqual([1, 3, 0, 2])
  })

  it('are cut to the requested count, and include their texts on request', () => {
    const results = rankedResults({ scores: [0.1, 0.9], documents: ['a', 'b'], count: 1 })
    expect(results).toEqual([{ index: 1, relevance_score: 0.9, document: { text: 'b' } }])
  })
})

describe.each(['/v1/rerank', '/v2/rerank'])('POST %s', (route) => {
  it.each([
    ['no query', { query: undefined }],
    ['an empty query', { query: '' }],
    ['no documents', { documents: [] }],
    ['documents that are no list', { documents: 'a' }],
    ['a document that is a number', { documents: ['a', 7] }],
    ['a document without a text', { documents: [{ title: 'a' }] }],
    ['2049 documents', { documents: Array(2049).fill('a') }],
    ['a count of 0', { top_n: 0 }],
    ["a count of 0 under Voyage's name", { top_k: 0 }],
    ['a limit of no tokens', { max_tokens_per_doc: 0 }],
  ])('refuses %s by name', async (_what, wrong) => {
    const { status, message } = await rerank(route, { ...good, ...wrong })
    expect(status).toBe(400)
    expect(message).toContain(Object.keys(wrong)[0])
  })

  it('refuses a model that cannot rerank', async () => {
    expect((await rerank(route, good)).status).toBe(400)
  })
})
