import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { logitOf, maskedWordsModel, splade, words } from '../support/masked-words.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'
import { askPipeline } from '../support/tiny-models.ts'

const texts = { 'the sun shines': [2, 5, 15, 16, 17, 3], x: [2, 51, 3], 'a cat sat on': [2, 6, 26, 1, 30, 3] }
type Vector = { index: number; value: number }[]

const logarithm = (number: number) => Math.log1p(Math.max(0, number))
const twice = (number: number) => Math.log1p(logarithm(number))
const largest = (numbers: number[]) => Math.max(...numbers)
const summed = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)

const ways = [
  { name: 'as-splade', config: undefined, activate: logarithm, pool: largest },
  { name: 'max', config: { pooling_strategy: 'max', activation_function: 'relu' }, activate: logarithm, pool: largest },
  { name: 'sum', config: { pooling_strategy: 'sum', activation_function: 'relu' }, activate: logarithm, pool: summed },
  { name: 'max-twice', config: { activation_function: 'log1p_relu' }, activate: twice, pool: largest },
  {
    name: 'sum-twice',
    config: { pooling_strategy: 'sum', activation_function: 'log1p_relu' },
    activate: twice,
    pool: summed,
  },
]
const tasks = ['fill-mask', 'feature-extraction'] as const

let host: TestServing
beforeAll(async () => {
  const models = ways.flatMap(({ name, config }) =>
    tasks.map((task) => maskedWordsModel({ name: `${name}-${task}`, task, ...(config && { files: splade(config) }) })),
  )
  const strange = [
    maskedWordsModel({ name: 'half', task: 'fill-mask', type: 'float16' }),
    maskedWordsModel({ name: 'taken', task: 'fill-mask', read: 'slipway_mask' }),
    ...tasks.map((task) =>
      maskedWordsModel({ name: `mean-${task}`, task, files: splade({ pooling_strategy: 'mean' }) }),
    ),
    maskedWordsModel({ name: 'list-feature-extraction', task: 'feature-extraction', files: splade([1]) }),
  ]
  host = await startTestServing(await Promise.all([...models, ...strange]))
})
afterAll(() => host?.close())

const ask = (name: string, route: string, json: unknown) => askPipeline(host, `${name}${route}`, json)

const describeOf = async (name: string) => (await host.ask(`/api/v1/predict/${name}/info`)).json()

function expectWeights(found: Vector, wanted: number[], digits = 5) {
  expect(found.map(({ index }) => index)).toEqual(wanted.flatMap((weight, word) => (weight > 0 ? [word] : [])))
  for (const { index, value } of found) expect(value).toBeCloseTo(wanted[index] ?? Number.NaN, digits)
}

const wantedOf = (ids: number[], activate: (logit: number) => number, pool: (all: number[]) => number) =>
  Array.from({ length: words }, (_, word) => pool(ids.map((id) => activate(logitOf(id, word)))))

describe('word weights', () => {
  for (const { name, activate, pool } of ways)
    for (const task of tasks)
      it(`match the repo's module (${name}) for a model served for ${task}, alone and batched`, async () => {
        const batched = await ask(`${name}-${task}`, '/embed_sparse', { inputs: Object.keys(texts) })
        for (const [index, [text, ids]] of Object.entries(texts).entries()) {
          const wanted = wantedOf(ids, activate, pool)
          const alone = await ask(`${name}-${task}`, '/embed_sparse', { inputs: text })
          expectWeights(alone.body[0], wanted)
          expectWeights(batched.body[index], wanted)
        }
      })

  it('are also computed from float16 logits, next to mask filling', async () => {
    const { body } = await ask('half', '/embed_sparse', { inputs: 'x' })
    expectWeights(body[0], wantedOf([2, 51, 3], logarithm, largest), 2)
    expect((await ask('half', '', { inputs: 'the [MASK]', parameters: { top_k: 1 } })).status).toBe(200)
  })

  it('leave mask filling unchanged, whatever their pooling', async () => {
    const likeliest = Array.from({ length: words }, (_, word) => word).sort((a, b) => logitOf(4, b) - logitOf(4, a))
    for (const { name } of ways) {
      const { body } = await ask(`${name}-fill-mask`, '', {
        inputs: ['the [MASK] shines on a', '[MASK]'],
        parameters: { top_k: 3 },
      })
      expect(body).toHaveLength(2)
      for (const answer of body)
        expect(answer.map(({ token }: { token: number }) => token)).toEqual(likeliest.slice(0, 3))
    }
  })

  it('are refused for an unsupported module, while mask filling works', async () => {
    const { status, body } = await ask('mean-fill-mask', '/embed_sparse', { inputs: 'x' })
    expect({ status, body }).toMatchObject({ status: 424, body: { error_type: 'Backend' } })
    expect((await ask('mean-fill-mask', '', { inputs: 'the [MASK]' })).status).toBe(200)
    expect(await describeOf('mean-fill-mask')).toMatchObject({
      noSparseBecause: expect.stringContaining('1_SpladePooling/config.json'),
    })
  })

  it('are refused with a reason if they are all that the model could give and its module is unsupported', async () => {
    for (const name of ['mean-feature-extraction', 'list-feature-extraction']) {
      const { status, body } = await ask(name, '', { inputs: 'x' })
      expect(status).toBe(422)
      expect(JSON.stringify(body)).toContain('1_SpladePooling/config.json')
    }
  })

  it('are refused with a reason if the file already uses a name of this service', async () => {
    const { status, body } = await ask('taken', '', { inputs: 'the [MASK]' })
    expect(status).toBe(422)
    expect(JSON.stringify(body)).toContain('slipway_mask')
  })

  it('are described with their pooling', async () => {
    const told = {
      pooling: 'splade',
      wordPooling: 'sum',
      poolingSource: '1_SpladePooling/config.json',
      dimensions: words,
    }
    for (const task of tasks) expect(await describeOf(`sum-${task}`)).toMatchObject(told)
    expect(await describeOf('as-splade-fill-mask')).toMatchObject({ wordPooling: 'max', poolingSource: 'config.json' })
  })

  it('leave the tensors of the graph available under their names', async () => {
    const tensor = (name: string, data: number[]) => ({ name, datatype: 'INT64', shape: [2, 2], data })
    const inputs = [tensor('input_ids', [2, 51, 5, 3]), tensor('attention_mask', [1, 1, 1, 1])]
    for (const name of ['max', 'sum'].flatMap((way) => tasks.map((task) => `${way}-${task}`))) {
      const metadata = await (await host.ask(`/v2/models/${name}`)).json()
      expect(metadata).toMatchObject({
        inputs: [{ name: 'input_ids' }, { name: 'attention_mask' }],
        outputs: [{ name: 'logits' }],
      })
      const response = await host.ask(`/v2/models/${name}/infer`, { json: { inputs } })
      const { outputs } = (await response.json()) as { outputs: { shape: number[]; data: number[] }[] }
      expect(outputs).toMatchObject([{ shape: [2, 2, words] }])
      const wanted = [2, 51, 5, 3].flatMap((id) => Array.from({ length: words }, (_, word) => logitOf(id, word)))
      expect(outputs[0]?.data).toHaveLength(wanted.length)
      for (const [at, logit] of (outputs[0]?.data ?? []).entries()) expect(logit).toBeCloseTo(wanted[at] ?? 99, 4)
    }
  })

  it('are served at the root by the model made for them, else by a mask-filling model', async () => {
    const { body: wanted } = await ask('as-splade-fill-mask', '/embed_sparse', { inputs: 'x' })
    const gaps = await maskedWordsModel({ name: 'gaps', task: 'fill-mask' })
    const few = await startTestServing([gaps, await embedderModel()])
    onTestFinished(() => few.close())
    const sparse = await few.ask('/embed_sparse', { json: { inputs: 'x' } })
    expect(await sparse.json()).toEqual(wanted)
    // A dense model stays first where any model will do.
    const dense = await few.ask('/invocations', { json: { inputs: 'x' } })
    expect(await dense.json()).toEqual([expect.arrayContaining([expect.any(Number)])])
  })

  it('are refused for token ids outside the vocabulary', async () => {
    const { status } = await ask('max-fill-mask', '/embed_sparse', { inputs: [[2, 70, 3]] })
    expect(status).toBe(422)
  })
})
