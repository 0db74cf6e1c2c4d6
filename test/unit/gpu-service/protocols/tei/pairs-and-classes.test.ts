import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filesIn } from '../../../../support/files-in.ts'
import { modelsFolder } from '../../../../support/real-models.ts'
import { postTo } from '../../support/post-to.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

describe('rerankers and classifiers in the routes of text-embeddings-inference', () => {
  const folder = modelsFolder && join(modelsFolder, 'slipway')
  let pairs: TestServing
  const post = (path: string, json: unknown) => postTo(pairs, path, json)
  beforeAll(async () => {
    if (folder === undefined) return
    const model = async (name: string, task: string) => ({
      name,
      task,
      repo: `slipway/tiny-bert-${name}`,
      file: 'onnx/model.onnx',
      files: await filesIn(join(folder, `tiny-bert-${name}`)),
    })
    pairs = await startTestServing([
      await model('sentiment', 'text-classification'),
      await model('reranker', 'text-ranking'),
    ])
  })
  afterAll(() => pairs?.close())

  it.skipIf(folder === undefined)(
    '/predict answers flat for one text, nested for several, with the scores of the pipeline',
    async () => {
      const base = '/models/slipway/tiny-bert-sentiment'
      const piped = (await post(base, { inputs: ['good', 'a list'] })).body as {
        label: string
        score: number
      }[][]
      const one = (await post(`${base}/predict`, { inputs: 'good' })).body as { label: string; score: number }[]
      expect(one).toEqual(piped[0])
      expect((await post(`${base}/predict`, { inputs: [['good'], ['a list']] })).body).toEqual(piped)
      expect(one.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5)
      const pair = (await post(`${base}/predict`, { inputs: ['good', 'a list'] })).body as unknown[]
      expect(pair[0]).toEqual({ label: expect.any(String), score: expect.any(Number) })
      // A reranker also has a class.
      expect(await post('/predict', { inputs: 'good' })).toMatchObject({ status: 400 })
      const raw = (await post(`${base}/predict`, { inputs: 'good', raw_scores: true })).body as {
        score: number
      }[]
      expect(raw.reduce((sum, { score }) => sum + score, 0)).not.toBeCloseTo(1, 3)
    },
  )

  it.skipIf(folder === undefined)(
    '/vertex and /invocations ask a reranker for a ranking or for classes, depending on the body',
    async () => {
      const base = '/models/slipway/tiny-bert-reranker'
      const ranking = { query: 'lists', texts: ['a list of strings', 'the sun'] }
      const classes = { inputs: ['lists', 'a list of strings'] }
      const ranked = (await post(`${base}/rerank`, ranking)).body
      const predicted = (await post(`${base}/predict`, classes)).body
      expect(await post(`${base}/vertex`, { instances: [ranking, classes] })).toMatchObject({
        status: 200,
        body: { predictions: [ranked, predicted] },
      })
      expect((await post(`${base}/invocations`, ranking)).body).toEqual(ranked)
      expect((await post(`${base}/invocations`, classes)).body).toEqual(predicted)
      expect((await post(`${base}/invocations`, {})).status).toBe(422)
    },
  )

  it.skipIf(folder === undefined)("/rerank ranks like Jina's route, with the texts on request", async () => {
    const base = '/models/slipway/tiny-bert-reranker'
    const texts = ['a list of strings', 'the sun', 'an error is raised']
    const ranked = (await post(`${base}/rerank`, { query: 'lists', texts, return_text: true })).body as {
      index: number
      text: string
      score: number
    }[]
    const { results } = (await post(`${base}/v1/rerank`, { query: 'lists', documents: texts })).body as {
      results: { index: number; relevance_score: number }[]
    }
    expect(ranked.map(({ index, score }) => [index, score])).toEqual(
      results.map(({ index, relevance_score }) => [index, relevance_score]),
    )
    for (const { index, text } of ranked) expect(text).toBe(texts[index])
    expect((await post('/rerank', { query: 'lists', texts })).status).toBe(200)
    expect((await post(`${base}/rerank`, { query: 'lists', texts: [] })).status).toBe(400)
  })
})
