import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture, pictureModels, pictureReference } from '../../../../support/picture-models.ts'
import { pictureModel } from '../../support/picture-serving.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

interface Scored {
  label: string
  score: number
}

describe.skipIf(pictureModels === undefined)('image-text-classification', () => {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing([await pictureModel('tiny-flava')])
  })
  afterAll(() => host?.close())

  const { rows = [], labels = [] } = pictureModels === undefined ? {} : pictureReference('tiny-flava')
  const ask = (json: unknown) => host.ask('/api/v1/predict/tiny-flava', { json })
  const pair = ({ image, text }: { image: string; text: string }) => ({
    image: picture(image).toString('base64'),
    text,
  })

  it('gives the logits and scores of transformers within 1e-4, alone and batched', async () => {
    expect(rows.length).toBeGreaterThan(0)
    const raw = { function_to_apply: 'none' }
    const together = (await (await ask({ inputs: rows.map(pair), parameters: raw })).json()) as Scored[][]
    for (const [index, row] of rows.entries()) {
      const alone = (await (await ask({ inputs: pair(row), parameters: raw })).json()) as Scored[]
      for (const answer of [alone, together[index] ?? []]) {
        expect(answer).toHaveLength(labels.length)
        for (const { label, score } of answer)
          expect(Math.abs(score - (row.logits[labels.indexOf(label)] ?? 99))).toBeLessThan(1e-4)
      }
      const scored = (await (await ask({ inputs: pair(row) })).json()) as Scored[]
      expect(scored).toHaveLength(labels.length)
      for (const { label, score } of scored)
        expect(Math.abs(score - (row.scores[labels.indexOf(label)] ?? 99))).toBeLessThan(1e-4)
    }
  })

  it.each([
    ['a picture alone', () => ({ image: pair({ image: 'gray.jpg', text: '' }).image }), 'inputs.text'],
    ['a text alone', () => ({ text: 'a cat' }), 'inputs'],
    ['a text that is a number', () => ({ ...pair({ image: 'gray.jpg', text: '' }), text: 5 }), 'inputs.text'],
    ['a text instead of a pair', () => 'a cat', 'inputs'],
    ['an empty list', () => [], 'inputs'],
    [
      'a broken picture in the second pair',
      () => [pair({ image: 'gray.jpg', text: 'a' }), { image: 'aGVsbG8=', text: 'b' }],
      'inputs[1]',
    ],
  ])('refuses %s', async (_name, inputs, named) => {
    const response = await ask({ inputs: inputs() })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(`"${named}`), code: 'invalid_input' })
  })

  it('answers an empty text, and one of a megabyte of emoji', async () => {
    for (const text of ['', '🙂'.repeat(250_000)])
      expect((await ask({ inputs: pair({ image: 'gray.jpg', text }) })).status).toBe(200)
  })
})
