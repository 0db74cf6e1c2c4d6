import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { modelsFolder } from '../../../../support/real-models.ts'
import { maskedWordsModel } from '../../support/masked-words.ts'
import { openTask } from '../../support/open-task.ts'
import { startTestServing, type TestModel, type TestServing } from '../../support/test-serving.ts'
import { askPipeline, hasTinyModels, tinyModel, tinyReference } from '../../support/tiny-models.ts'

const name = 'tiny-bert-mlm'

interface Filling {
  score: number
  token: number
  token_str: string
  sequence: string
}
interface Row {
  text: string
  input_ids: number[]
  mask_positions: number[]
  top5: [number, string, number][][]
}

/** A model that could fill masks, if its tokenizer named one. */
async function modelWithoutMask(): Promise<TestModel> {
  const { files, ...model } = await maskedWordsModel({ name: 'no-mask', task: 'fill-mask' })
  const tokenizer = files['tokenizer.json']?.toString().replaceAll('[MASK]', '[GAP]') ?? ''
  return { ...model, files: { ...files, 'tokenizer.json': Buffer.from(tokenizer) } }
}

describe.skipIf(!hasTinyModels)('fill-mask', () => {
  let host: TestServing
  let rows: Row[]
  beforeAll(async () => {
    host = await startTestServing([await tinyModel(name, 'fill-mask'), await modelWithoutMask()])
    rows = (await tinyReference(name)).rows
  })
  afterAll(() => host?.close())

  const ask = (inputs: unknown, parameters?: unknown) => askPipeline(host, name, { inputs, parameters })
  const expectTop = (found: Filling[], wanted: Row['top5'][number] = []) => {
    expect(found.map(({ token }) => token)).toEqual(wanted.map(([id]) => id))
    expect(found.map(({ token_str }) => token_str)).toEqual(wanted.map(([, text]) => text))
    for (const [index, [, , score]] of wanted.entries())
      expect(Math.abs((found[index]?.score ?? Number.NaN) - score)).toBeLessThan(1e-5)
  }

  it('finds the words and scores of the reference, alone and batched, as a list per mask if there are several', async () => {
    const batched = await ask(rows.map(({ text }) => text))
    for (const [index, { text, top5 }] of rows.entries()) {
      const alone = await ask(text)
      for (const found of [alone.body, batched.body[index]]) {
        if (top5.length === 1) expectTop(found, top5[0])
        else for (const [mask, wanted] of top5.entries()) expectTop(found[mask], wanted)
      }
    }
  })

  it('writes each word into the text, and keeps the other masks visible', async () => {
    const { body } = await ask('Paris is the [MASK] of France.', { top_k: 1 })
    expect(body[0].sequence).toBe('paris is the kg of france.')
    const { body: several } = await ask('the [MASK] of the [MASK]', { top_k: 1 })
    expect(several[0][0].sequence).toContain('[MASK]')
    expect(several[0][0].sequence).toContain('ann')
  })

  it('considers only the target words, most likely first', async () => {
    const { body } = await ask('[MASK] world', { targets: ['running', 'details', 'male'] })
    expect(body.map(({ token_str }: Filling) => token_str)).toEqual(['details', 'male', 'running'])
    const { body: one } = await ask('[MASK] world', { targets: 'details' })
    expect(one).toEqual([body[0]])
  })

  it('returns as many words as requested, most likely first', async () => {
    const { body } = await ask('[MASK] world', { top_k: 100 })
    expect(body.length).toBe(100)
    const scores = body.map(({ score }: Filling) => score)
    expect(scores).toEqual([...scores].sort((a: number, b: number) => b - a))
  })

  it.each([
    ['a text without a mask', {}, 'inputs'],
    ['[MASK]', { top_k: 0 }, 'top_k'],
    ['[MASK]', { top_k: 1001 }, 'top_k'],
    ['[MASK]', { targets: [] }, 'targets'],
    ['[MASK]', { targets: ['a', 5] }, 'targets[1]'],
    ['[MASK]', { targets: [''] }, 'targets[0]'],
    [`${'word '.repeat(600)} [MASK]`, {}, 'inputs'],
    ['[MASK] '.repeat(65), {}, 'inputs'],
  ])('refuses %j with %j and names what is wrong', async (inputs, parameters, param) => {
    const { status, body } = await ask(inputs, parameters)
    expect(status).toBe(422)
    expect(body.error).toContain(`"${param}"`)
  })

  it('refuses more target words than its limit', async () => {
    const { status, body } = await ask('[MASK]', { targets: Array(1001).fill('a') })
    expect([status, body.error]).toEqual([422, '"targets" must be at most 1000 words.'])
  })

  it('says so if a mask is beyond the part of the text that is read', async () => {
    const { body } = await ask(`${'word '.repeat(600)} [MASK]`)
    expect(body.error).toMatch(/\[MASK\] only beyond the 512 tokens/)
    expect((await ask('no gap in it')).body.error).toContain('has no mask')
  })

  it('yields the event loop while reading long targets, and stops once the caller has left', async () => {
    const task = await openTask({ folder: join(modelsFolder ?? '', 'slipway', name), task: 'fill-mask' })
    onTestFinished(task.close)
    const caller = new AbortController()
    const targets = [...Array.from({ length: 999 }, (_, index) => '\u6f22'.repeat(1300) + index), '']
    const asked = { inputs: '[MASK]', parameters: { targets }, options: { signal: caller.signal } }
    const answer = task.service.pipeline(asked)
    setImmediate(() => caller.abort())
    await expect(answer).rejects.toMatchObject({ code: 'client_closed' })
  })

  it('finds a mask at the end of a long text if the text is truncated on the left', async () => {
    const { status, body } = await ask(`${'word '.repeat(600)} [MASK]`, { truncation_direction: 'left' })
    expect(status).toBe(200)
    expect(body.length).toBe(5)
  })

  it('is refused if the tokenizer has no mask', async () => {
    const { status, body } = await askPipeline(host, 'no-mask', { inputs: '[MASK]' })
    expect(status).toBe(422)
    expect(body.error).toContain('the tokenizer has no mask token')
  })

  it('describes its mask token and tokenizes it as one token', async () => {
    const task = await openTask({ folder: join(modelsFolder ?? '', 'slipway', name), task: 'fill-mask' })
    onTestFinished(task.close)
    expect(task.describe).toMatchObject({ maskToken: '[MASK]', maxTokens: 512 })
    const { signal } = new AbortController()
    const asked = { texts: ['[MASK] world'], addSpecialTokens: false, tokensMax: 1000, signal }
    const [tokens] = (await task.service.capabilities.tokenizer?.tokenize(asked)) ?? []
    expect(tokens?.[0]).toMatchObject({ text: '[MASK]', special: false, start: 0, stop: 6 })
  })
})
