import { InferenceClient } from '@huggingface/inference'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelsFolder } from '../support/real-models.ts'
import { type ServedName, servedRepos, serveModels } from '../support/served-models.ts'

const missing = modelsFolder === undefined
let served: Awaited<ReturnType<typeof serveModels>>
beforeAll(async () => {
  if (!missing) served = await serveModels()
})
afterAll(() => served?.close())

/** Two URLs of each model: by its repo, and by its deployment. */
const addresses = (name: ServedName) => [
  `${served.url}/models/${servedRepos[name]}`,
  `${served.url}/api/v1/predict/${name}`,
]
const clients = (name: ServedName) =>
  addresses(name).map((endpointUrl) => new InferenceClient(served.key, { endpointUrl, retry_on_error: false }))
const byLabel = (classes: { label?: string; score?: number }[]) =>
  Object.fromEntries(classes.map(({ label = '', score }) => [label, score]))
function softmax(logits: number[]): number[] {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}
const close = (value: number) => expect.closeTo(value, 4)

describe.skipIf(missing)('@huggingface/inference (needs SLIPWAY_MODELS or ../shared/models)', () => {
  it('classifies texts like transformers', async () => {
    const { rows } = await served.reference('tiny-bert-sentiment')
    for (const client of clients('sentiment'))
      for (const { text, scores } of rows.slice(0, 4)) {
        const classes = await client.textClassification({ inputs: text, parameters: { top_k: 3 } })
        expect(classes.map(({ score }) => score)).toEqual(scores.toSorted((a: number, b: number) => b - a).map(close))
      }
  })

  it('embeds texts and compares sentences', async () => {
    const { rows } = await served.reference('minilm')
    for (const client of clients('minilm')) {
      const [vector] = (await client.featureExtraction({ inputs: [rows[0].text] })) as number[][]
      expect(vector).toHaveLength(384)
      const [same = 0, other = 1] = await client.sentenceSimilarity({
        inputs: { source_sentence: rows[0].text, sentences: [rows[0].text, rows[9].text] },
      })
      expect(same).toBeCloseTo(1, 4)
      expect(other).toBeLessThan(0.9)
    }
  })

  it('scores labels for a text, exclusively or independently', async () => {
    const { rows, candidate_labels, hypothesis_template } = await served.reference('tiny-bert-nli')
    for (const client of clients('nli'))
      for (const { text, scores, multi_label_scores } of rows.slice(0, 3)) {
        const ask = async (multi_label: boolean) =>
          byLabel(
            (await client.zeroShotClassification({
              inputs: text,
              parameters: { candidate_labels, hypothesis_template, multi_label },
            })) as { label: string; score: number }[],
          )
        const expected = (values: number[]) =>
          Object.fromEntries(candidate_labels.map((label: string, index: number) => [label, close(values[index] ?? 0)]))
        expect(await ask(false)).toEqual(expected(scores))
        expect(await ask(true)).toEqual(expected(multi_label_scores))
      }
  })

  it('fills masks', async () => {
    const { rows } = await served.reference('tiny-bert-mlm')
    const [{ text, top5 }] = rows
    for (const client of clients('mlm')) {
      const filled = await client.fillMask({ inputs: text })
      expect(filled.slice(0, 3).map(({ token, score }) => [token, score])).toEqual(
        top5[0].slice(0, 3).map(([token, , score]: [number, string, number]) => [token, close(score)]),
      )
    }
  })

  it('answers questions from a context', async () => {
    const { rows } = await served.reference('tiny-bert-qa')
    for (const client of clients('qa'))
      for (const { question, context, best } of rows) {
        const answer = await client.questionAnswering({ inputs: { question, context } })
        expect(answer).toMatchObject({ answer: best.answer, start: best.start, end: best.end })
      }
  })

  it('finds the entities of a text, with their positions', async () => {
    const { rows } = await served.reference('tiny-bert-ner')
    for (const client of clients('ner'))
      for (const { text } of rows.slice(0, 3)) {
        const entities = await client.tokenClassification({
          inputs: text,
          parameters: { aggregation_strategy: 'simple' },
        })
        expect(entities.length).toBeGreaterThan(0)
        for (const { entity_group, start = 0, end, word } of entities) {
          expect(entity_group).toMatch(/^(?:PER|LOC|O)$/)
          expect(text.slice(start, end).toLowerCase().replaceAll(' ', '')).toBe(word.replaceAll(/ |^##/g, ''))
        }
      }
  })

  it('classifies pictures, also by given labels', async () => {
    const vit = await served.reference('tiny-vit')
    const clip = await served.reference('tiny-clip')
    // Its last text is empty, which is not a valid label.
    const labels: string[] = clip.texts.filter((text: string) => text !== '')
    const expected = softmax(clip.rows[0].logits_per_image.slice(0, labels.length))
    const bytes = await served.picture('landscape.png')
    const data = new Blob([Uint8Array.from(bytes)], { type: 'image/png' })
    for (const client of clients('vit')) {
      const classes = byLabel(await client.imageClassification({ data }))
      expect(Object.keys(classes)).toHaveLength(5)
      const scores: number[] = vit.rows[0].scores
      for (const [label, score] of Object.entries(classes))
        expect(score).toBeCloseTo(scores[vit.labels.indexOf(label)] ?? Number.NaN, 3)
    }
    for (const client of clients('clip')) {
      const classes = await client.zeroShotImageClassification({
        inputs: { image: data },
        parameters: { candidate_labels: labels, hypothesis_template: '{}' } as { candidate_labels: string[] },
      })
      expect(classes).toHaveLength(labels.length)
      for (const { label, score } of classes)
        expect(score).toBeCloseTo(expected[labels.indexOf(label)] ?? Number.NaN, 3)
    }
  })

  it('gets errors that say what is wrong', async () => {
    const [client] = clients('sentiment')
    await expect(client?.textClassification({ inputs: 7 as never })).rejects.toThrow(/inputs/)
    await expect(client?.fillMask({ inputs: 'a [MASK]' })).rejects.toThrow()
  })
})

describe.skipIf(missing)('the OpenAI SDK at the base path of one model', () => {
  it('embeds for any model name, and raises its typed errors', async () => {
    for (const address of addresses('minilm')) {
      const openai = new OpenAI({ apiKey: served.key, baseURL: `${address}/v1`, maxRetries: 0 })
      const { data, usage } = await openai.embeddings.create({ model: 'tgi', input: ['a', 'b'] })
      expect(data.map(({ embedding }) => embedding.length)).toEqual([384, 384])
      expect(usage.prompt_tokens).toBe(6)
      const stranger = new OpenAI({ apiKey: 'hf_none', baseURL: `${address}/v1`, maxRetries: 0 })
      await expect(stranger.embeddings.create({ model: 'tgi', input: 'a' })).rejects.toBeInstanceOf(
        OpenAI.AuthenticationError,
      )
    }
  })
})

describe.skipIf(missing)('rerankers', () => {
  it("rank documents by the scores of transformers, in Jina's and Cohere's routes", async () => {
    const { rows } = await served.reference('tiny-bert-reranker')
    const [{ query }] = rows
    const asked = rows.filter((row: { query: string }) => row.query === query)
    const documents = asked.map(({ document }: { document: string }) => document)
    for (const route of ['/v1/rerank', '/v2/rerank', `/models/${servedRepos.reranker}/v1/rerank`]) {
      const { status, body } = await served.api.post(route, { model: 'reranker', query, documents })
      expect(status).toBe(200)
      for (const { index, relevance_score } of body.results) expect(relevance_score).toBeCloseTo(asked[index].score, 4)
      expect(body.results.map((one: { relevance_score: number }) => one.relevance_score)).toEqual(
        asked
          .map(({ score }: { score: number }) => close(score))
          .toSorted((a: { sample: number }, b: { sample: number }) => b.sample - a.sample),
      )
    }
  })
})
