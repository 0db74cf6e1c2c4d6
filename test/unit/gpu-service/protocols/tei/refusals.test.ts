import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { postTo } from '../../support/post-to.ts'
import { embedderModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

let host: TestServing
const tiny = '/api/v1/predict/tiny'
beforeAll(async () => {
  host = await startTestServing([await embedderModel()])
})
afterAll(() => host.close())

const post = (path: string, json: unknown, on = host) => postTo(on, path, json)

describe('a refusal of text-embeddings-inference', () => {
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
  ])("of %s for %j has TEI's error format", async (path, json, status, type, message) => {
    const refused = await post(tiny + path, json)
    expect(refused).toMatchObject({ status, body: { error: expect.stringContaining(message), error_type: type } })
    expect(Object.keys(refused.body as object).sort()).toEqual(['error', 'error_type'])
    expect(refused.headers.get('x-should-retry')).toBe('false')
  })

  it('is given to a text of more tokens than are written at once', async () => {
    const { status, body } = await post(`${tiny}/tokenize`, { inputs: '.'.repeat(100_000) })
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('the limit is 100000') },
    })
  })

  it('is given to a list of more ids than are decoded at once, while several such lists are accepted', async () => {
    const { status, body } = await post(`${tiny}/decode`, { ids: Array(16_385).fill(5) })
    expect({ status, body }).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('the limit is 16384 per list') },
    })
    const several = await post(`${tiny}/decode`, { ids: [Array(16_384).fill(5), Array(16_384).fill(5)] })
    expect([several.status, (several.body as string[]).length]).toEqual([200, 2])
  })

  it("for overload has TEI's words and a Retry-After", async () => {
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

  it('for a rate limit counts as overload and has a Retry-After', async () => {
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

  it('for a missing key comes before anything else', async () => {
    for (const path of ['/embed', '/', `${tiny}/embed`, '/generate']) {
      const denied = await host.ask(path, { method: 'POST', body: '{', token: null })
      expect([path, denied.status]).toEqual([path, 401])
    }
  })
})
