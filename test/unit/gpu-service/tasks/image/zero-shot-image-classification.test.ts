import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture, pictureModels, pictureReference } from '../../../../support/picture-models.ts'
import { pictureModel } from '../../support/picture-serving.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

interface Scored {
  label: string
  score: number
}

describe.skipIf(pictureModels === undefined)('zero-shot-image-classification', () => {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing([
      await pictureModel('tiny-clip'),
      await pictureModel('tiny-clip', { name: 'vectors', task: 'image-feature-extraction' }),
    ])
  })
  afterAll(() => host?.close())

  const reference = pictureModels === undefined ? undefined : pictureReference('tiny-clip')
  const { rows = [], texts = [] } = reference ?? {}
  /** Labels must not be empty, so the empty text of the reference is left out of the softmax. */
  const labels = texts.filter((text) => text !== '')
  const base64 = (image: string) => picture(image).toString('base64')
  const ask = (json: unknown) => host.ask('/api/v1/predict/tiny-clip', { json })
  const parameters = { candidate_labels: labels, hypothesis_template: '{}' }

  const softmax = (logits: number[]) => {
    const parts = logits.map((value) => Math.exp(value - Math.max(...logits)))
    return parts.map((part) => part / parts.reduce((sum, value) => sum + value, 0))
  }
  const expected = (row: (typeof rows)[number]) =>
    softmax(row.logits_per_image.slice(0, labels.length))
      .map((score, index) => ({ label: labels[index], score }))
      .sort((a, b) => b.score - a.score)

  it.each(rows.map((row) => [row.image, row] as const))('scores %s like transformers', async (image, row) => {
    for (const inputs of [base64(image), { image: base64(image) }]) {
      const response = await ask({ inputs, parameters })
      expect(response.status).toBe(200)
      const answer = (await response.json()) as Scored[]
      const wanted = expected(row)
      expect(answer.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label))
      for (const [rank, { score }] of answer.entries())
        expect(Math.abs(score - (wanted[rank]?.score ?? 9))).toBeLessThan(1e-4)
    }
  })

  it('returns the vectors of transformers: pictures by the pipeline, texts by /v1/embeddings', async () => {
    const response = await host.ask('/api/v1/predict/vectors', {
      json: { inputs: rows.map(({ image }) => base64(image)) },
    })
    const vectors = (await response.json()) as number[][]
    for (const [index, { image_embed }] of rows.entries())
      for (const [i, value] of image_embed.entries())
        expect(Math.abs((vectors[index]?.[i] ?? 9) - value)).toBeLessThan(1e-4)
    const embedded = await host.ask('/v1/embeddings', { json: { model: 'tiny-clip', input: labels } })
    const { data } = (await embedded.json()) as { data: { embedding: number[] }[] }
    expect(data).toHaveLength(labels.length)
    for (const [index, { embedding }] of data.entries()) {
      const wanted = reference?.text_embeds[index] ?? []
      expect(embedding).toHaveLength(wanted.length)
      for (const [i, value] of wanted.entries()) expect(Math.abs((embedding[i] ?? 9) - value)).toBeLessThan(1e-4)
    }
  })

  it('uses the template "This is a photo of {}." by default', async () => {
    const plain = await (
      await ask({ inputs: base64('gray.jpg'), parameters: { candidate_labels: ['a cat', 'a hill'] } })
    ).json()
    const written = await ask({
      inputs: base64('gray.jpg'),
      parameters: { candidate_labels: 'a cat, a hill', hypothesis_template: 'This is a photo of {}.' },
    })
    expect(await written.json()).toEqual(plain)
  })

  it('gives the same answer for a picture alone and in a batch', async () => {
    const images = rows.map(({ image }) => image)
    const together = (await (await ask({ inputs: images.map(base64), parameters })).json()) as Scored[][]
    for (const [index, image] of images.entries()) {
      const alone = (await (await ask({ inputs: base64(image), parameters })).json()) as Scored[]
      expect(alone).toHaveLength(labels.length)
      expect(together[index]).toHaveLength(labels.length)
      for (const [rank, { label, score }] of alone.entries()) {
        expect(together[index]?.[rank]?.label).toBe(label)
        expect(together[index]?.[rank]?.score).toBeCloseTo(score, 5)
      }
    }
  })

  it('chooses among 1000 labels, and refuses 1001', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => `thing ${index}`)
    const answer = await ask({ inputs: base64('gray.jpg'), parameters: { candidate_labels: many.slice(1) } })
    const scores = (await answer.json()) as Scored[]
    expect(scores).toHaveLength(1000)
    expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5)
    const refused = await ask({ inputs: base64('gray.jpg'), parameters: { candidate_labels: many } })
    expect(refused.status).toBe(422)
  })

  it.each([
    ['no labels', {}, 'candidate_labels'],
    ['an empty list', { candidate_labels: [] }, 'candidate_labels'],
    ['a number among them', { candidate_labels: ['a', 5] }, 'candidate_labels[1]'],
    ['an empty label', { candidate_labels: ['a', ' '] }, 'candidate_labels[1]'],
    ['a label of 5000 characters', { candidate_labels: ['x'.repeat(5000)] }, 'candidate_labels[0]'],
    ['a template without a place', { candidate_labels: ['a'], hypothesis_template: 'a photo' }, 'hypothesis_template'],
  ])('refuses %s', async (_name, wrong, named) => {
    const response = await ask({ inputs: base64('gray.jpg'), parameters: wrong })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(`"${named}"`), code: 'invalid_input' })
  })

  it('accepts a label of a thousand emoji, and one that looks like a template', async () => {
    const labelled = await ask({
      inputs: base64('gray.jpg'),
      parameters: { candidate_labels: ['🙂'.repeat(1000), 'a {} b $& c'] },
    })
    expect(labelled.status).toBe(200)
  })
})
