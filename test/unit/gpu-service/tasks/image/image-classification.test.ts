import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture, pictureModels, pictureReference } from '../../../../support/picture-models.ts'
import { pictureModel } from '../../support/picture-serving.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

interface Scored {
  label: string
  score: number
}

describe.skipIf(pictureModels === undefined)('image-classification', () => {
  let host: TestServing
  beforeAll(async () => {
    host = await startTestServing([await pictureModel('tiny-vit')], { waitMsMax: 60_000 })
  })
  afterAll(() => host?.close())

  const send = (body: NonNullable<RequestInit['body']>, contentType: string) =>
    host.ask('/models/slipway/tiny-vit', { method: 'POST', body, headers: { 'content-type': contentType } })
  const ask = (json: unknown) => host.ask('/models/slipway/tiny-vit', { json })
  const base64 = (image: string) => picture(image).toString('base64')
  const { rows = [], labels = [] } = pictureModels === undefined ? {} : pictureReference('tiny-vit')

  const expected = (row: (typeof rows)[number]) =>
    row.scores.map((score, index) => ({ label: labels[index], score })).sort((a, b) => b.score - a.score)

  function expectScores(answer: Scored[], row: (typeof rows)[number], count: number) {
    const wanted = expected(row).slice(0, count)
    expect(answer.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label))
    for (const [index, { score }] of answer.entries())
      expect(Math.abs(score - (wanted[index]?.score ?? 9))).toBeLessThan(1e-4)
  }

  it.each(rows.map((row) => [row.image, row] as const))('scores %s like transformers', async (image, row) => {
    const raw = await send(picture(image), 'application/octet-stream')
    expect(raw.status).toBe(200)
    expectScores((await raw.json()) as Scored[], row, 5)
    const json = await ask({ inputs: base64(image), parameters: { top_k: 10 } })
    expectScores((await json.json()) as Scored[], row, 10)
  })

  it('returns the logits of transformers within 1e-4 without a function applied', async () => {
    expect(rows.length).toBeGreaterThan(0)
    for (const { image, logits } of rows) {
      const response = await ask({ inputs: base64(image), parameters: { top_k: 10, function_to_apply: 'none' } })
      const answer = (await response.json()) as Scored[]
      expect(answer).toHaveLength(10)
      for (const { label, score } of answer)
        expect(Math.abs(score - (logits[labels.indexOf(label)] ?? 9))).toBeLessThan(1e-4)
    }
  })

  it('accepts a picture in every format that clients send', async () => {
    const image = 'rotated-exif6.jpg'
    const bytes = picture(image)
    const answers = await Promise.all([
      send(bytes, 'image/jpeg'),
      send(new Blob([bytes]), ''),
      send(bytes, 'application/x-www-form-urlencoded'),
      ask({ inputs: base64(image) }),
      ask({ inputs: `data:image/jpeg;base64,${base64(image)}` }),
      ask({ inputs: { image: base64(image) } }),
      ask({ inputs: base64(image), top_k: 5 }),
    ])
    const [first, ...others] = await Promise.all(answers.map((answer) => answer.json()))
    expect(first).toHaveLength(5)
    for (const other of others) expect(other).toEqual(first)
  })

  it('gives the same answer for a picture alone and in a batch, in order', async () => {
    const images = Array.from({ length: 24 }, (_, index) => rows[index % rows.length]?.image ?? '')
    const response = await ask({ inputs: images.map(base64), parameters: { function_to_apply: 'none' } })
    const together = (await response.json()) as Scored[][]
    expect(together).toHaveLength(24)
    expect(Number(response.headers.get('x-batch-size'))).toBeGreaterThan(1)
    for (const [index, image] of images.slice(0, rows.length).entries()) {
      const alone = (await (
        await ask({ inputs: base64(image), parameters: { function_to_apply: 'none' } })
      ).json()) as Scored[]
      expect(together[index]?.map(({ label }) => label)).toEqual(alone.map(({ label }) => label))
      for (const [rank, { score }] of alone.entries()) expect(together[index]?.[rank]?.score).toBeCloseTo(score, 5)
      expect(together[index + rows.length]).toEqual(together[index])
    }
  })

  it.each([
    ['top_k of 0', { top_k: 0 }, 'top_k'],
    ['top_k that is no number', { top_k: 'NaN' }, 'top_k'],
    ['top_k of a half', { top_k: 0.5 }, 'top_k'],
    ['an unknown function', { function_to_apply: 'tanh' }, 'function_to_apply'],
  ])('refuses %s', async (_name, parameters, named) => {
    const response = await ask({ inputs: base64('gray.jpg'), parameters })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(named), code: 'invalid_input' })
  })
})
