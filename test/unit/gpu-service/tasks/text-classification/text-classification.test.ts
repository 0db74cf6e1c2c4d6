import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { modelsFolder } from '../../../../support/real-models.ts'
import { openTask } from '../../support/open-task.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { askPipeline, hasTinyModels, tinyModel, tinyReference } from '../../support/tiny-models.ts'

const name = 'tiny-bert-sentiment'
const labels = ['negative', 'neutral', 'positive']
const truncation = { truncate: true, direction: 'right' } as const
const { signal } = new AbortController()

interface Row {
  text: string
  input_ids: number[]
  logits: number[]
  scores: number[]
}

describe.skipIf(!hasTinyModels)('text classification', () => {
  let host: TestServing
  let rows: Row[]
  beforeAll(async () => {
    host = await startTestServing([
      await tinyModel(name, 'text-classification'),
      { ...(await tinyModel('tiny-bert-reranker', 'text-classification')), name: 'one-label' },
    ])
    rows = (await tinyReference(name)).rows
  })
  afterAll(() => host?.close())

  const ask = (inputs: unknown, parameters?: unknown) => askPipeline(host, name, { inputs, parameters })
  /** Scores in the order of the classes. */
  const inOrder = (list: { label: string; score: number }[]) =>
    labels.map((label) => list.find((one) => one.label === label)?.score ?? Number.NaN)
  const expectNear = (found: number[], wanted: number[]) => {
    expect(found.length).toBe(wanted.length)
    for (const [index, value] of wanted.entries())
      expect(Math.abs((found[index] ?? Number.NaN) - value)).toBeLessThan(1e-5)
  }
  it('scores every text of the reference, alone and batched, most likely class first', async () => {
    const { body, headers } = await ask(rows.map(({ text }) => text))
    expect(Number(headers.get('x-tokens'))).toBe(rows.reduce((total, row) => total + row.input_ids.length, 0))
    expect(body.length).toBe(rows.length)
    for (const [index, { text, scores }] of rows.entries()) {
      const alone = await ask(text)
      expect(alone.body.length).toBe(1)
      for (const list of [body[index], alone.body[0]]) {
        expectNear(inOrder(list), scores)
        const numbers = list.map(({ score }: { score: number }) => score)
        expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
      }
      expectNear(inOrder(alone.body[0]), inOrder(body[index]))
    }
  })

  it('returns raw logits or independent probabilities on request', async () => {
    const texts = rows.map(({ text }) => text)
    const raw = await ask(texts, { function_to_apply: 'none' })
    const each = await ask(texts, { function_to_apply: 'sigmoid' })
    for (const [index, { logits }] of rows.entries()) {
      expectNear(inOrder(raw.body[index]), logits)
      expectNear(
        inOrder(each.body[index]),
        logits.map((logit) => 1 / (1 + Math.exp(-logit))),
      )
    }
  })

  it('returns as many classes as requested', async () => {
    const { body } = await ask('I love this harbour.', { top_k: 1 })
    expect(body[0].map(({ label }: { label: string }) => label)).toEqual(['neutral'])
  })

  it('reads pairs alike in each of their formats', async () => {
    const answers = await Promise.all(
      [[['a ship', 'a boat']], [{ text: 'a ship', text_pair: 'a boat' }], { text: 'a ship', text_pair: 'a boat' }].map(
        async (inputs) => (await ask(inputs)).body,
      ),
    )
    for (const answer of answers) expectNear(inOrder(answer[0]), inOrder(answers[0][0]))
    expect(inOrder(answers[0][0])).not.toEqual(inOrder((await ask('a ship')).body[0]))
  })

  it('gives a probability for a single class, and reranks with it', async () => {
    const { body } = await askPipeline(host, 'one-label', { inputs: [['what is it', 'a ship']] })
    expect(body[0][0].score).toBeGreaterThan(0)
    expect(body[0][0].score).toBeLessThan(1)
    const rerank = await host.ask('/v1/rerank', { json: { model: 'one-label', query: 'what', documents: ['a ship'] } })
    expect(rerank.status).toBe(200)
  })

  it('classifies texts and pairs together, returns raw scores, and refuses a long text that must not be truncated', async () => {
    const folder = join(modelsFolder ?? '', 'slipway', name)
    const { service, close } = await openTask({ folder, task: 'text-classification' })
    onTestFinished(close)
    const { classify } = service.capabilities
    if (classify === undefined) throw new Error('it does not classify')
    const asked = { truncation, rawScores: true, options: { signal } }
    const { classes, tokens } = await classify({ ...asked, inputs: ['I love this harbour.', ['a', 'b']] })
    expectNear(inOrder(classes[0]?.() ?? []), rows[0]?.logits ?? [])
    expect(tokens).toBe((rows[0]?.input_ids.length ?? 0) + 5)
    const long = 'a '.repeat(600)
    const refused = classify({ ...asked, inputs: ['x', long], truncation: { truncate: false, direction: 'right' } })
    const message = 'Input validation error: `inputs` must have less than 512 tokens. Given: 602'
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', message, param: 'inputs[1]' })
  })

  it('describes its labels', async () => {
    const info = (await (await host.ask('/info')).json()) as { deployments: Record<string, unknown>[] }
    const told = info.deployments.find((one) => one.name === name)
    expect(told).toMatchObject({ labels, maxTokens: 512, functionToApply: 'softmax', batchInvariant: true })
  })

  it.each([
    [{ inputs: 5 }, 'inputs'],
    [{ inputs: [] }, 'inputs'],
    [{ inputs: ['a', 5] }, 'inputs[1]'],
    [{ inputs: [['a', 'b', 'c']] }, 'inputs[0]'],
    [{ inputs: 'a', parameters: { top_k: 0 } }, 'top_k'],
    [{ inputs: 'a', parameters: { top_k: 'all' } }, 'top_k'],
    [{ inputs: 'a', parameters: { function_to_apply: 'relu' } }, 'function_to_apply'],
    [{ inputs: 'a', parameters: { truncate: 'yes' } }, 'truncate'],
    [{ inputs: 'a', parameters: { truncation_direction: 'up' } }, 'truncation_direction'],
  ])('refuses %j and names what is wrong', async (json, param) => {
    const { status, body } = await askPipeline(host, name, json)
    expect(status).toBe(422)
    expect(body.error).toContain(`"${param}"`)
  })

  it('answers empty and unusual texts', async () => {
    const odd = ['', ' ', '😀'.repeat(250_000), '\u0000', '\u0000\u200d']
    const { status, body } = await ask(odd)
    expect(status).toBe(200)
    expect(body).toHaveLength(odd.length)
    for (const list of body) {
      expect(list.length).toBeGreaterThan(0)
      for (const { score } of list) expect(score).toBeGreaterThan(0)
    }
  })
})
