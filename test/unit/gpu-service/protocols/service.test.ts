import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultPool, liveReplicas, poolReplicas } from '../../../../shared/table/deployments.ts'
import { poolDevice } from '../../../../shared/table/pool-device.ts'
import type { Table } from '../../../../shared/table/table.ts'
import { brokenModel, embedderModel, irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([await embedderModel(), await irisModel(), await brokenModel()])
})
afterAll(() => host.close())

const open = (path: string) => host.ask(path, { token: null })

describe("the service's own routes", () => {
  it('answer probes without a key, but nothing about deployments', async () => {
    for (const path of ['/health', '/ready', '/metrics']) expect((await open(path)).status).toBe(200)
    expect((await open('/info')).status).toBe(401)
    expect((await open('/v1/models')).status).toBe(401)
  })

  it('describe each deployment and its state', async () => {
    const { deployments } = (await (await host.ask('/info')).json()) as { deployments: Record<string, unknown>[] }
    expect(deployments).toMatchObject([
      { name: 'broken', state: 'FAILED', reason: expect.stringContaining('"model.onnx"') },
      {
        name: 'iris',
        state: 'READY',
        classes: ['setosa', 'versicolor', 'virginica'],
        maxRows: 2048,
        probabilities: 'tensor',
        isKeptLoaded: true,
        inFlight: 0,
        queued: 0,
      },
      {
        name: 'tiny',
        state: 'READY',
        task: 'feature-extraction',
        precision: 'fp32',
        precisionChosenBecause: expect.stringContaining('the default on cpu'),
        maxTokens: 24,
        pooling: 'mean',
        normalize: true,
      },
    ])
    // A table model has no precision.
    expect(deployments[1]).not.toHaveProperty('precision')
    expect(deployments[1]).not.toHaveProperty('precisionChosenBecause')
  })

  it('count items, batches, waits and errors under the promised names', async () => {
    await host.ask('/api/v1/predict/iris', { json: { inputs: Array(5).fill([5.1, 3.5, 1.4, 0.2]) } })
    await host.ask('/api/v1/predict/absent', { json: { inputs: [[1]] } })
    const text = await (await open('/metrics')).text()
    for (const line of [
      'predictions_total{deployment="iris",task="tabular-classification",outcome="ok"} 5',
      'batch_size_sum{deployment="iris"} 5',
      'queue_depth{deployment="iris"} 0',
      'queue_wait_seconds_count{deployment="iris"} 5',
      'prediction_latency_ms_count{deployment="iris"} 5',
      'model_loading_duration_seconds_count{deployment="tiny"} 1',
      'model_warmup_duration_seconds_count{deployment="tiny"} 1',
      'errors_total{code="model_not_found"} 1',
    ])
      expect(text).toContain(line)
    expect(text).toMatch(/http_requests_total\{method="POST",route="\/api\/v1\/predict[^"]*",status="200"\} 1/)
  })

  it('answer an unknown route in the error format of its protocol', async () => {
    const [platform, openai] = await Promise.all([host.ask('/nowhere'), host.ask('/v1/nowhere')])
    expect([platform.status, await platform.json()]).toMatchObject([404, { error: { code: 'route_not_found' } }])
    expect([openai.status, await openai.json()]).toMatchObject([404, { error: { type: 'invalid_request_error' } }])
  })

  it('report to the table what this replica serves, and on which device', async () => {
    expect(await poolDevice(host.table)).toBe('cpu')
    const replicas = await reportsOf(host.table, 'broken')
    expect(replicas).toMatchObject([{ state: 'FAILED', reason: expect.stringContaining('not an ONNX model') }])
  })

  it('serve a later deployment without a restart', async () => {
    await host.deploy(await irisModel('later'))
    const ask = () => host.ask('/api/v1/predict/later', { json: { inputs: [[5.1, 3.5, 1.4, 0.2]] } })
    await expect.poll(async () => (await ask()).status).toBe(200)
  })
})

describe('a replica that shuts down', () => {
  it('is not ready, answers what it has, and removes its reports from the table', async () => {
    const leaving = await startTestServing([await irisModel()])
    const { serving, table } = leaving
    const asked = leaving.ask('/api/v1/predict/iris', { json: { inputs: [[5.1, 3.5, 1.4, 0.2]] } })
    await serving.drain()
    expect((await asked).status).toBe(200)
    const ready = await leaving.ask('/ready')
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', reason: 'draining' }])
    expect((await leaving.ask('/health')).status).toBe(200)
    await serving.close()
    expect(await reportsOf(table, 'iris')).toEqual([])
    await leaving.close()
  })
})

/** The reports as the registry reads them. */
async function reportsOf(table: Table, deployment: string) {
  const now = new Date()
  return liveReplicas(table, { deployment, alive: await poolReplicas(table, defaultPool, now), now })
}
