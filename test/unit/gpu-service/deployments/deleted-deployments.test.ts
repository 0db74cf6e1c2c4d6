import { describe, expect, it, onTestFinished } from 'vitest'
import { deleteDeployment } from '../../../../shared/table/deployment-deletion.ts'
import { rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})

describe('a deleted deployment', () => {
  it('releases its model, whichever protocol used or described it', async () => {
    const own = await startTestServing([])
    onTestFinished(() => own.close())
    const target = await publishTarget(own, await embedderModel())
    const tensor = (name: string) => ({ name, shape: [1, 2], datatype: 'INT64', data: [1, 2] })
    const inputs = ['input_ids', 'attention_mask'].map(tensor)
    const requests: [string, (name: string) => string, (name: string) => unknown, number][] = [
      ['pipeline', (name) => `/api/v1/predict/${name}`, () => ({ inputs: 'a text' }), 200],
      ['embed', (name) => `/api/v1/predict/${name}/embed`, () => ({ inputs: 'a text' }), 200],
      ['rerank', (name) => `/api/v1/predict/${name}/rerank`, () => ({ query: 'a', texts: ['b'] }), 424],
      ['v1-rerank', (name) => `/api/v1/predict/${name}/v1/rerank`, () => ({ query: 'a', documents: ['b'] }), 400],
      ['openai', () => '/v1/embeddings', (model) => ({ model, input: 'a text' }), 200],
      ['infer', (name) => `/v2/models/${name}/infer`, () => ({ inputs }), 200],
      ['info', (name) => `/api/v1/predict/${name}/info`, () => undefined, 200],
      ['metadata', (name) => `/v2/models/${name}`, () => undefined, 200],
      ['ready', (name) => `/v2/models/${name}/ready`, () => undefined, 200],
    ]
    const items = await Promise.all(requests.map(([name]) => deployTargets(own, { name, targets: [target] })))
    for (const [name, pathOf, bodyOf, status] of requests) {
      await expect.poll(async () => (await own.ask(`/api/v1/predict/${name}/health`)).status, slow).toBe(200)
      const answer = await own.ask(pathOf(name), { json: bodyOf(name) })
      expect([name, answer.status, await answer.text()]).toEqual([name, status, expect.any(String)])
    }
    const told = () => own.metrics.registry.metrics()
    expect(await told()).toContain('models_resident 1')
    for (const item of items) await deleteDeployment(own.table, item)
    // The metrics of a deployment that still holds its model would stay.
    await expect.poll(told, slow).not.toMatch(/deployment="/)
    await expect.poll(told, slow).toContain('models_resident 0')
  })

  it('leaves nothing in the metrics', async () => {
    const model = await irisModel()
    const [target, same] = [await publishTarget(host, model), await publishTarget(host, model)]
    const shadow = { target: same, percent: 100 }
    const item = await deployTargets(host, { name: 'passing', targets: [target], shadow, resultCache: { entries: 10 } })
    const linesOf = async () => (await host.metrics.registry.metrics()).match(/.*"passing[":].*/g) ?? []
    await answers('passing')
    await expect
      .poll(async () => {
        const { status } = await ask('passing')
        return status === 200 && (await linesOf()).some((line) => line.includes('passing:shadow",task'))
      }, slow)
      .toBe(true)
    await deleteDeployment(host.table, item)
    await expect.poll(async () => (await ask('passing')).status, slow).toBe(404)
    await expect.poll(linesOf, slow).toEqual([])
  })
})
