import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const text = `${'a'.repeat(60)}!`
const asked: Record<string, { path: (name: string) => string; json: object; told: object }> = {
  openai: {
    path: () => '/v1/embeddings',
    json: { input: text },
    told: { error: expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining('of 61 char') }) },
  },
  tei: {
    path: (name) => `/models/team/${name}/embed`,
    json: { inputs: text },
    told: { error: expect.stringContaining('of 61 characters'), error_type: 'Validation' },
  },
  tokens: {
    path: (name) => `/models/team/${name}/tokenize`,
    json: { inputs: text },
    told: { error: expect.stringContaining('of 61 characters'), error_type: 'Validation' },
  },
  pipeline: {
    path: (name) => `/api/v1/predict/${name}`,
    json: { inputs: { source_sentence: 'the sun', sentences: [text] } },
    told: { error: expect.stringContaining('of 61 characters') },
  },
}

describe('a model whose tokenizer takes exponential time for some texts', () => {
  let host: TestServing
  let aheadMs = 0
  beforeAll(async () => {
    const realNow = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => realNow() + aheadMs)
    const model = await embedderModel()
    const file = JSON.parse(String(model.files['tokenizer.json']))
    const normalizers = [{ type: 'Replace', pattern: { Regex: '(a+)+b' }, content: 'b' }, file.normalizer]
    const tokenizer = Buffer.from(JSON.stringify({ ...file, normalizer: { type: 'Sequence', normalizers } }))
    const files = { ...model.files, 'tokenizer.json': tokenizer }
    host = await startTestServing(Object.keys(asked).map((name) => ({ ...model, name, repo: `team/${name}`, files })))
  })
  // All slow tokenizers share one allowance, which is full again after this time.
  afterEach(() => {
    aheadMs += 60_000
  })
  afterAll(async () => {
    await host?.close()
    vi.restoreAllMocks()
  })

  it.each(Object.entries(asked))(
    'refuses them in the error format of each protocol, and answers other texts: %s',
    async (name, one) => {
      const model = `team/${name}`
      const refused = await host.ask(one.path(name), { json: { model, ...one.json } })
      expect([refused.status, await refused.json()]).toEqual([422, expect.objectContaining(one.told)])
      const other = await host.ask('/v1/embeddings', { json: { model, input: 'the sun shines' } })
      expect(other.status).toBe(200)
    },
  )

  it('is blocked for a while after repeated slow texts, with a Retry-After', async () => {
    const ask = () => host.ask('/v1/embeddings', { json: { model: 'team/openai', input: text } })
    let response = await ask()
    for (let request = 0; request < 5 && response.status === 422; request++) response = await ask()
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ error: { code: 'tokenizer_rests' } })
  })
})
