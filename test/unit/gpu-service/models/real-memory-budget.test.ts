import { afterEach, expect, it } from 'vitest'
import { privateBytes } from '../../../../gpu-service/models/private-bytes.ts'
import { minilmInt8, realFiles } from '../../../support/real-models.ts'
import { enginePids } from '../support/engine-pids.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing | undefined
afterEach(async () => {
  await host?.close()
  host = undefined
})

const count = 24
const places = 6
const clients = 8
const asksEach = 6

async function start(models: number, modelMemoryMaxBytes?: number): Promise<TestServing> {
  if (minilmInt8 === undefined) throw new Error('there are no weights')
  // On a machine that is busy with other work each load takes seconds.
  const patience = { loadWaitMsMax: 600_000, waitMsMax: 600_000 }
  host = await startTestServing([], { modelMemoryMaxBytes, ...patience })
  const files = await realFiles(minilmInt8)
  for (let index = 0; index < models; index++) {
    const repo = `many/minilm-${index}`
    const target = await publishTarget(host, { repo, task: 'sentence-similarity', file: minilmInt8.file, files })
    await deployTargets(host, { name: `m${index}`, targets: [target], min: 0 })
  }
  const states = async (host: TestServing) => JSON.stringify(await (await host.ask('/info')).json()).match(/"READY"/g)
  await expect.poll(async () => (await states(host as TestServing))?.length, { timeout: 120_000 }).toBe(models)
  return host
}

const metricOf = async ({ metrics }: TestServing, name: string): Promise<number> => {
  const text = await metrics.registry.metrics()
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
}

/** Numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function ask(serving: TestServing, index: number, inputs: string) {
  const response = await serving.ask(`/api/v1/predict/m${index}`, { json: { inputs } })
  return { status: response.status, body: (await response.json()) as unknown }
}

it.skipIf(minilmInt8 === undefined)(
  'answers for 24 real models with memory for six, all at once and then at random, within the budget',
  async () => {
    const alone = await start(1)
    const first = await ask(alone, 0, 'one text')
    expect(first.status).toBe(200)
    const oneBytes = await metricOf(alone, 'model_memory_bytes')
    await alone.close()

    const budget = places * oneBytes
    const serving = await start(count, budget)
    const emptyBytes = privateBytes(enginePids()) ?? 0
    const most = { bytes: 0, countedBytes: 0 }
    const watch = setInterval(async () => {
      most.bytes = Math.max(most.bytes, (privateBytes(enginePids()) ?? 0) - emptyBytes)
      most.countedBytes = Math.max(most.countedBytes, await metricOf(serving, 'model_memory_bytes'))
    }, 100)
    const answers = await Promise.all(Array.from({ length: count }, (_, index) => ask(serving, index, 'one text')))
    for (const answer of answers) expect(answer).toEqual(first)

    const random = seeded(7)
    const client = async () => {
      for (let asked = 0; asked < asksEach; asked++) {
        const index = Math.floor(random() * count)
        const { status, body } = await ask(serving, index, 'one text')
        expect({ status, body }).toEqual(first)
      }
    }
    await Promise.all(Array.from({ length: clients }, client))
    clearInterval(watch)
    expect(await metricOf(serving, 'model_evictions_total')).toBeGreaterThanOrEqual(count - places)
    expect(most.bytes).toBeLessThanOrEqual(budget)
    // That a model takes more than estimated is known only once it is loaded.
    expect(most.countedBytes).toBeLessThanOrEqual(budget + oneBytes)
    expect(most.countedBytes).toBeGreaterThan(budget / 2)
  },
  900_000,
)
