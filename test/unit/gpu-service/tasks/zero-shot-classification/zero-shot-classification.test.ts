import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labelShares } from '../../../../../gpu-service/tasks/zero-shot-classification/entailment.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { askPipeline, hasTinyModels, tinyModel, tinyReference } from '../../support/tiny-models.ts'

const name = 'tiny-bert-nli'

interface Reference {
  candidate_labels: string[]
  rows: { text: string; input_ids: number[][]; logits: number[][]; scores: number[]; multi_label_scores: number[] }[]
}

describe('the shares of labels', () => {
  const rows = [Float32Array.of(2, 0, 1), Float32Array.of(0, 5, 1)]
  const labels = ['a', 'b']

  it('compare entailment with contradiction, at whichever end those are', () => {
    const [first] = labelShares({ logits: rows, labels, entailmentId: 2, multiLabel: true })
    expect(first).toEqual({ label: 'b', score: Math.exp(1) / (Math.exp(1) + Math.exp(0)) })
    const shares = labelShares({ logits: rows, labels, entailmentId: 0, multiLabel: true })
    expect(shares[0]?.label).toBe('a')
    expect(shares[0]?.score).toBeCloseTo(Math.exp(2) / (Math.exp(2) + Math.exp(1)), 12)
  })

  it('are independent for a single label, like in transformers', () => {
    const [only] = labelShares({ logits: [rows[1] as Float32Array], labels: ['b'], entailmentId: 2, multiLabel: false })
    expect(only?.score).toBeCloseTo(Math.exp(1) / (Math.exp(1) + 1), 12)
  })
})

describe.skipIf(!hasTinyModels)('zero-shot classification', () => {
  let host: TestServing
  let reference: Reference
  beforeAll(async () => {
    host = await startTestServing([
      await tinyModel(name, 'zero-shot-classification'),
      { ...(await tinyModel('tiny-bert-reranker', 'zero-shot-classification')), name: 'one-label' },
    ])
    reference = await tinyReference(name)
  })
  afterAll(() => host?.close())

  const ask = (inputs: unknown, parameters?: unknown) => askPipeline(host, name, { inputs, parameters })
  const expectShares = (found: { label: string; score: number }[], wanted: number[]) => {
    const { candidate_labels: labels } = reference
    expect(found.length).toBe(labels.length)
    for (const [index, label] of labels.entries()) {
      const score = found.find((one) => one.label === label)?.score ?? Number.NaN
      expect(Math.abs(score - (wanted[index] ?? Number.NaN))).toBeLessThan(1e-5)
    }
    const numbers = found.map(({ score }) => score)
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
  }

  it('answers huggingface_hub before 1.2 with the lists it reads, and everyone else with a list of objects', async () => {
    const parameters = { candidate_labels: ['travel', 'food', 'music'] }
    const answered = async (userAgent: string, inputs: unknown) => {
      const json = { inputs, parameters }
      const answer = await host.ask(`/models/slipway/${name}`, { json, headers: { 'user-agent': userAgent } })
      return answer.json()
    }
    const agent = (version: string) => `unknown/None; hf_hub/${version}; python/3.11.7`
    const shares = (await answered('curl/8', 'A meal.')) as { label: string; score: number }[]
    expect(shares).toHaveLength(3)
    const labels = shares.map(({ label }) => label)
    const scores = shares.map(({ score }) => score)
    for (const version of ['0.36.2', '1.0.0.rc6', '1.1.7'])
      expect(await answered(agent(version), 'A meal.')).toEqual({ sequence: 'A meal.', labels, scores })
    for (const version of ['1.2.0', '1.10.1', '2.0.0', '10.0.0'])
      expect(await answered(agent(version), 'A meal.')).toEqual(shares)
    // No version of that client sends a list.
    expect(await answered(agent('0.36.2'), ['A meal.'])).toEqual([shares])
  })

  it('matches every score of the reference, alone and batched, as one choice and as one question per label', async () => {
    const { rows, candidate_labels } = reference
    const texts = rows.map(({ text }) => text)
    const batched = await ask(texts, { candidate_labels })
    const multi = await ask(texts, { candidate_labels, multi_label: true })
    expect(Number(batched.headers.get('x-tokens'))).toBe(rows.flatMap(({ input_ids }) => input_ids.flat()).length)
    for (const [index, { text, scores, multi_label_scores }] of rows.entries()) {
      expectShares(batched.body[index], scores)
      expectShares(multi.body[index], multi_label_scores)
      expectShares((await ask(text, { candidate_labels })).body, scores)
    }
  })

  it('accepts comma-separated labels and a custom template', async () => {
    const { candidate_labels } = reference
    const text = 'I love this harbour.'
    const list = await ask(text, { candidate_labels })
    const commas = await ask(text, { candidate_labels: ` ${candidate_labels.join(' , ')},` })
    expect(commas.body).toEqual(list.body)
    const other = await ask(text, { candidate_labels, hypothesis_template: 'It is about {}.' })
    expect(other.body).not.toEqual(list.body)
  })

  it('keeps the hypothesis whole if the text is too long', async () => {
    const { candidate_labels } = reference
    const { status, body } = await ask('word '.repeat(3000), { candidate_labels })
    expect(status).toBe(200)
    const scores = body.map(({ score }: { score: number }) => score)
    expect(new Set(scores).size).toBe(candidate_labels.length)
  })

  it.each([
    [{}, 'candidate_labels'],
    [{ candidate_labels: [] }, 'candidate_labels'],
    [{ candidate_labels: ' , ' }, 'candidate_labels'],
    [{ candidate_labels: ['a', 2] }, 'candidate_labels[1]'],
    [{ candidate_labels: 5 }, 'candidate_labels'],
    [{ candidate_labels: 'a', hypothesis_template: 'no place' }, 'hypothesis_template'],
    [{ candidate_labels: 'a', multi_label: 'yes' }, 'multi_label'],
  ])('refuses %j and names what is wrong', async (parameters, param) => {
    const { status, body } = await ask('a text', parameters)
    expect(status).toBe(422)
    expect(body.error).toContain(`"${param}"`)
  })

  it('counts pairs against the limit of a request', async () => {
    const { status, body } = await ask(Array(600).fill('a'), { candidate_labels: ['a', 'b', 'c', 'd'] })
    expect(status).toBe(422)
    expect(body.error).toContain('2400 pairs')
  })

  it('is refused for a model of one class', async () => {
    const { status, body } = await askPipeline(host, 'one-label', {
      inputs: 'a',
      parameters: { candidate_labels: 'b' },
    })
    expect(status).toBe(422)
    expect(body.error).toContain('one class')
  })
})
