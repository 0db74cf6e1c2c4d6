import { InferenceClient } from '@huggingface/inference'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { hasTinyModels, tinyModel } from '../../support/tiny-models.ts'

const served = {
  'text-classification': 'tiny-bert-sentiment',
  'token-classification': 'tiny-bert-ner',
  'zero-shot-classification': 'tiny-bert-nli',
  'fill-mask': 'tiny-bert-mlm',
  'question-answering': 'tiny-bert-qa',
} as const

describe.skipIf(!hasTinyModels)("Hugging Face's client for JavaScript", () => {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing(
      await Promise.all(Object.entries(served).map(([task, name]) => tinyModel(name, task))),
    )
  })
  afterAll(() => host?.close())

  /** The real client, whose requests go to the service without a port. */
  const clientOf = (task: keyof typeof served) =>
    new InferenceClient(undefined, {
      endpointUrl: `http://slipway/models/slipway/${served[task]}`,
      retry_on_error: false,
      fetch: (url: unknown, init?: RequestInit) => host.ask(new URL(String(url)).pathname, init),
    } as never)

  it('classifies a text', async () => {
    const client = clientOf('text-classification')
    const all = await client.textClassification({ inputs: 'I love this harbour.' })
    expect(all.map(({ label }) => label).sort()).toEqual(['negative', 'neutral', 'positive'])
    const [best] = await client.textClassification({ inputs: 'I love this harbour.', parameters: { top_k: 1 } })
    expect(best?.label).toBe('neutral')
  })

  it('finds names in a text', async () => {
    const inputs = 'Anna lives in Paris with Tom Smith.'
    const found = await clientOf('token-classification').tokenClassification({ inputs })
    expect(found.length).toBeGreaterThan(0)
    for (const { start, end, word } of found) {
      expect(word).not.toBe('')
      expect(inputs.slice(start, end)).not.toBe('')
    }
  })

  it('classifies a text among given labels', async () => {
    const parameters = { candidate_labels: ['travel', 'food'], multi_label: true }
    const found = await clientOf('zero-shot-classification').zeroShotClassification({ inputs: 'A meal.', parameters })
    expect(found.map(({ label }) => label).sort()).toEqual(['food', 'travel'])
  })

  it('fills in a mask', async () => {
    const found = await clientOf('fill-mask').fillMask({ inputs: 'Paris is the [MASK] of France.' })
    expect(found.map(({ token_str }) => token_str)).toContain('kg')
  })

  it('answers a question', async () => {
    const inputs = { question: 'Who lives in Paris?', context: 'Anna lives in Paris with Tom Smith.' }
    const found = await clientOf('question-answering').questionAnswering({ inputs })
    expect(found).toMatchObject({ answer: inputs.context.slice(found.start, found.end) })
  })

  it('gets an error that says what is wrong', async () => {
    const asked = clientOf('fill-mask').fillMask({ inputs: 'no gap' })
    await expect(asked).rejects.toThrow('[MASK]')
  })

  it('is told that text is not generated yet', async () => {
    const client = clientOf('fill-mask')
    const told = /Text generation is not served yet/
    await expect(client.textGeneration({ inputs: 'Once' })).rejects.toThrow(told)
    const messages = [{ role: 'user', content: 'hello' }]
    await expect(client.chatCompletion({ messages })).rejects.toThrow(told)
    // huggingface_hub asks the address itself (serving-protocols, section 4).
    for (const sent of [{ parameters: {}, stream: true }, { parameters: { max_new_tokens: 5 } }]) {
      const response = await host.ask('/models/slipway/tiny-bert-mlm', { json: { inputs: 'Once [MASK]', ...sent } })
      expect([response.status, await response.json()]).toMatchObject([501, { error: expect.stringMatching(told) }])
    }
  })
})
