import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { askPipeline, hasTinyModels, tinyModel, tinyReference } from '../../support/tiny-models.ts'

const name = 'tiny-bert-ner'
const names = ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC']

interface Row {
  text: string
  input_ids: number[]
  offsets: [number, number][]
  logits: number[][]
  labels: string[]
}
interface Found {
  entity?: string
  entity_group?: string
  score: number
  index?: number
  word: string
  start: number
  end: number
}

describe.skipIf(!hasTinyModels)('token classification', () => {
  let host: TestServing
  let rows: Row[]
  beforeAll(async () => {
    host = await startTestServing([await tinyModel(name, 'token-classification')])
    rows = (await tinyReference(name)).rows
  })
  afterAll(() => host?.close())

  const ask = (inputs: unknown, parameters?: unknown) => askPipeline(host, name, { inputs, parameters })
  const inCharacters = (text: string, { start, end }: Found) => [...text].slice(start, end).join('')

  it('returns every token of the reference with class, score and position, alone and batched', async () => {
    const parameters = { aggregation_strategy: 'none', ignore_labels: [] }
    const batched = await ask(
      rows.map(({ text }) => text),
      parameters,
    )
    for (const [index, { text, logits, labels, offsets }] of rows.entries()) {
      const alone = await ask(text, parameters)
      for (const found of [alone.body, batched.body[index]] as Found[][]) {
        expect(found.length).toBe(labels.length - 2)
        for (const [at, entity] of found.entries()) {
          const numbers = logits[at + 1] ?? []
          const total = numbers.reduce((sum, logit) => sum + Math.exp(logit), 0)
          const best = Math.exp(numbers[names.indexOf(labels[at + 1] ?? '')] ?? Number.NaN) / total
          expect(entity).toMatchObject({ entity: labels[at + 1], index: at + 1 })
          expect([entity.start, entity.end]).toEqual(offsets[at + 1])
          expect(Math.abs(entity.score - best)).toBeLessThan(1e-5)
        }
      }
    }
  })

  it('returns groups with positions by default, in the format that both clients read', async () => {
    const { body } = await ask('Ça va, Anna 🙂 in Paris?')
    expect(body.length).toBeGreaterThan(0)
    for (const entity of body as Found[]) {
      expect(Object.keys(entity)).toEqual(['entity_group', 'score', 'word', 'start', 'end'])
      expect(['PER', 'LOC']).toContain(entity.entity_group)
    }
  })

  it.each(['simple', 'first', 'average', 'max'])(
    '%s: entities are within the text, in order, without overlap',
    async (strategy) => {
      const text = 'Anna lives in Zürich 🙂 with Tom Smith, unbelievably.'
      const { body } = await ask(text, { aggregation_strategy: strategy, ignore_labels: [] })
      expect(body.length).toBeGreaterThan(1)
      let last = 0
      for (const entity of body as Found[]) {
        expect(entity.start).toBeGreaterThanOrEqual(last)
        expect(inCharacters(text, entity).trim()).not.toBe('')
        last = entity.end
      }
      if (strategy !== 'simple')
        expect(body.map((entity: Found) => inCharacters(text, entity)).join(' ')).toContain('unbelievably')
    },
  )

  it('reads a text longer than the model in windows, if a stride is given', async () => {
    const text = 'Anna lives in Paris with Tom Smith. '.repeat(120)
    const cut = await ask(text, { ignore_labels: [] })
    const whole = await ask(text, { stride: 64, ignore_labels: [] })
    expect(cut.body.at(-1).end).toBeLessThan(text.length * 0.6)
    expect(whole.body.at(-1).end).toBe(text.trim().length)
    for (const [index, { start }] of whole.body.entries())
      if (index > 0) expect(start).toBeGreaterThanOrEqual(whole.body[index - 1].end)
  })

  it.each([
    [{ aggregation_strategy: 'best' }, 'aggregation_strategy'],
    [{ ignore_labels: 'O' }, 'ignore_labels'],
    [{ ignore_labels: ['O', 1] }, 'ignore_labels[1]'],
    [{ stride: 5000 }, 'stride'],
    [{ stride: 5, aggregation_strategy: 'none' }, 'stride'],
  ])('refuses %j and names what is wrong', async (parameters, param) => {
    const { status, body } = await ask('Anna', parameters)
    expect(status).toBe(422)
    expect(body.error).toContain(`"${param}"`)
  })

  it('refuses more labels to ignore than its limit', async () => {
    const { status, body } = await ask('Anna', { ignore_labels: Array(1001).fill('O') })
    expect([status, body.error]).toEqual([422, '"ignore_labels" must be at most 1000 labels.'])
  })

  it('refuses a stride that makes too many windows', async () => {
    const text = 'Anna lives in Paris with Tom Smith. '.repeat(400)
    const { status, body } = await ask(text, { stride: 509 })
    expect(status).toBe(422)
    expect(body.error).toContain('"inputs"')
    expect(body.error).toMatch(/make \d+ windows/)
  })

  it('refuses a text that is too long if it must not be truncated', async () => {
    const { status, body } = await ask('a '.repeat(600), { truncate: false })
    expect(status).toBe(422)
    expect(body.error).toContain('must have less than 512 tokens. Given: 602')
  })
})
