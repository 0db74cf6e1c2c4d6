import { afterEach, expect, it } from 'vitest'
import { defaultModelMemoryBytes } from '../../../../gpu-service/models/memory-budget.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing | undefined
afterEach(async () => {
  await host?.close()
  host = undefined
})

const count = 24
/** A tiny model measures about 1 MB in two engines, some half of that and some twice. */
const budget = 6_000_000

const embedders = () =>
  Promise.all(Array.from({ length: count }, async (_, index) => ({ ...(await embedderModel(`m${index}`)) })))

const metricOf = async (name: string): Promise<number> => {
  const text = await host?.metrics.registry.metrics()
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text ?? '')?.[1] ?? 0)
}
const ask = async (name: string, inputs = 'one text') => {
  const response = await host?.ask(`/api/v1/predict/${name}`, { json: { inputs } })
  if (response === undefined) throw new Error('there is no host')
  return { status: response.status, body: await response.json(), retryAfter: response.headers.get('retry-after') }
}

it('answers for 24 models one after another, with memory for a quarter of them', async () => {
  host = await startTestServing(await embedders(), { modelMemoryMaxBytes: budget })
  const answers = []
  for (let index = 0; index < count; index++) {
    answers.push(await ask(`m${index}`))
    // A model that turns out to be larger than estimated evicts another.
    await expect.poll(() => metricOf('model_memory_bytes')).toBeLessThanOrEqual(budget)
  }
  for (const answer of answers) expect(answer).toEqual({ status: 200, body: answers[0]?.body, retryAfter: null })
  expect(await metricOf('models_resident')).toBeLessThan(count * 0.75)
  expect(await metricOf('models_resident')).toBeGreaterThan(0)
  expect(await metricOf('model_evictions_total')).toBeGreaterThan(count / 2)
})

it('answers for all 24 models asked at once, at least five times per load', async () => {
  host = await startTestServing(await embedders(), { modelMemoryMaxBytes: budget })
  const before = await metricOf('model_evictions_total')
  const evictions = async () => (await metricOf('model_evictions_total')) - before
  const answered = Array.from({ length: count }, () => 0)
  let isOver = false
  const client = async (index: number) => {
    while (!isOver) {
      const { status, body } = await ask(`m${index}`, `text ${answered[index]}`)
      expect({ status, body: status === 200 || body }).toEqual({ status: 200, body: true })
      answered[index] = (answered[index] ?? 0) + 1
    }
  }
  const clients = Promise.all(answered.map((_, index) => client(index)))
  const hadTurns = async () => Math.min(...answered) > 0 && (await evictions()) >= count
  await expect.poll(hadTurns, { timeout: 100_000 }).toBe(true)
  isOver = true
  await clients
  await expect.poll(() => metricOf('model_memory_bytes')).toBeLessThanOrEqual(budget)
  const total = answered.reduce((sum, one) => sum + one, 0)
  // A model answers several requests in each turn in memory.
  expect(total / (await evictions())).toBeGreaterThan(5)
})

it('refuses a model larger than the budget, by name and with the setting to raise', async () => {
  host = await startTestServing(await Promise.all([embedderModel('first'), irisModel('second')]), {
    modelMemoryMaxBytes: 5000,
  })
  expect(await ask('first')).toMatchObject({
    status: 422,
    body: {
      error: expect.stringMatching(/"first".*"onnx\/model.onnx" needs about .* raise SLIPWAY_MODEL_MEMORY_BYTES/),
    },
  })
  const row = { inputs: [[5.1, 3.5, 1.4, 0.2]] }
  expect((await host.ask('/api/v1/predict/second', { json: row })).status).toBe(200)
})

it("defaults to a share of the machine's memory on a CPU, and to no limit on a GPU", () => {
  expect(defaultModelMemoryBytes({ device: 'cpu', machine: 1000 })).toBe(600)
  expect(defaultModelMemoryBytes({ device: 'cpu' })).toBeGreaterThan(100_000_000)
  expect(defaultModelMemoryBytes({ device: 'cuda' })).toBe(Number.POSITIVE_INFINITY)
})
