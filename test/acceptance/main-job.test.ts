import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import digits from '../fixtures/reference/digits-mlp.json' with { type: 'json' }
import embedder from '../fixtures/reference/tiny-embedder.json' with { type: 'json' }
import { startTarget, type Target } from './target.ts'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.close())

describe('a model from a Hub', () => {
  it('is pulled by name, deployed, and predicts like its original', async (context) => {
    if (target.hub === undefined) return context.skip('the stack pulls from a Hub that is not ours')
    const job = await target.api.pull('hf://acme/digits')
    expect(job).toMatchObject({ state: 'READY', repo: 'acme/digits', filesDone: 3, filesTotal: 3 })
    const { body: repo } = await target.api.get('/api/v1/repos/acme/digits')
    expect(repo).toMatchObject({ task: 'tabular-classification', library: 'sklearn', license: 'bsd-3-clause' })

    const deployment = await target.api.deploy('acme/digits', { name: 'digits' })
    expect(deployment.state).toBe('READY')
    const answer = await target.api.post('/api/v1/predict/digits', { inputs: digits.rows.map((row) => row.x) })
    expect(answer.status).toBe(200)
    for (const [index, { label, probabilities }] of digits.rows.entries()) {
      expect(answer.body[index].label).toBe(digits.classes[label])
      for (const [of, name] of digits.classes.entries())
        expect(answer.body[index].probabilities[name]).toBeCloseTo(probabilities[of] ?? Number.NaN, 5)
    }
    expect(Number(answer.headers.get('x-batch-size'))).toBeGreaterThan(0)
    expect(answer.headers.get('x-queue-time')).not.toBeNull()
  })

  it('embeds texts for the OpenAI SDK, as floats and as base64', async (context) => {
    if (target.hub === undefined) return context.skip('the stack pulls from a Hub that is not ours')
    await target.api.pull('hf://acme/tiny-embedder')
    expect(await target.api.deploy('acme/tiny-embedder', { name: 'embedder' })).toMatchObject({ state: 'READY' })
    const client = new OpenAI({ apiKey: target.key, baseURL: `${target.api.url}/v1` })
    const texts = embedder.rows.map(({ text }) => text)
    for (const encoding_format of ['float', undefined] as const) {
      const answer = await client.embeddings.create({
        model: 'acme/tiny-embedder',
        input: texts,
        ...(encoding_format && { encoding_format }),
      })
      expect(answer.data.map(({ index }) => index)).toEqual(texts.map((_, index) => index))
      for (const [index, { vector }] of embedder.rows.entries())
        for (const [at, value] of vector.entries()) expect(answer.data[index]?.embedding[at]).toBeCloseTo(value, 4)
    }
    const single = await client.embeddings.create({ model: 'embedder', input: texts[0] ?? '' })
    expect(single.data).toHaveLength(1)
    expect(single.usage.prompt_tokens).toBe(embedder.rows[0]?.input_ids.length)
    expect((await client.models.list()).data.map(({ id }) => id)).toContain('embedder')
  })

  it('keeps its revision when pulled again, and transfers no large file twice', async (context) => {
    if (target.hub === undefined) return context.skip('the stack pulls from a Hub that is not ours')
    const first = await target.api.pull('hf://acme/digits')
    const before = target.hub.requests.filter(({ where }) => where === 'storage').length
    const second = await target.api.pull('hf://acme/digits')
    expect(second.revision).toBe(first.revision)
    expect(second.bytesHeld).toBeGreaterThan(0)
    expect(target.hub.requests.filter(({ where }) => where === 'storage')).toHaveLength(before)
  })

  it('is not imported if loading it could run code', async (context) => {
    if (target.hub === undefined) return context.skip('the stack pulls from a Hub that is not ours')
    const job = await target.api.pull('hf://acme/pickle')
    expect(job).toMatchObject({ state: 'FAILED', failure: { code: 'nothing_to_import' } })
    expect((await target.api.get('/api/v1/repos/acme/pickle')).status).toBe(404)
  })

  it('that does not exist is reported by name', async (context) => {
    if (target.hub === undefined) return context.skip('the stack pulls from a Hub that is not ours')
    const job = await target.api.pull('hf://acme/absent')
    expect(job).toMatchObject({ state: 'FAILED', failure: { message: expect.stringContaining('acme/absent') } })
  })
})
