import { rm } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { getDeployment } from '../../../../shared/table/deployments.ts'
import { eventually } from '../../../support/eventually.ts'
import { temporaryFolder } from '../support/folders.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

const workerUrl = new URL('../support/worker-that-ends.ts', import.meta.url)

it('answers 503 with the reason, never 500, while a model that a new engine could not load is fetched again', async () => {
  const cacheDir = await temporaryFolder()
  const host = await startTestServing([await irisModel()], { cacheDir, engines: 1 }, workerUrl)
  onTestFinished(() => host.close())
  const ask = (inputs: number[][]) => host.ask('/api/v1/predict/iris', { json: { inputs } })
  expect((await ask([[5.1, 3.5, 1.4, 0.2]])).status).toBe(200)
  await rm(cacheDir, { recursive: true })
  // The engine exits on this row, and its replacement cannot load the model.
  expect((await ask([[666, 0, 0, 0]])).status).toBe(503)
  const statuses = new Set<number>()
  const answer = await eventually(
    async () => {
      const response = await ask([[5.1, 3.5, 1.4, 0.2]])
      statuses.add(response.status)
      return response.status
    },
    (status) => status === 200,
  )
  expect(answer).toBe(200)
  expect(statuses).not.toContain(500)
})

const publishIris = async (host: TestServing, weight: number) => publishTarget(host, await irisModel(), { weight })

describe('a request that ends one engine after another', () => {
  async function start() {
    const host = await startTestServing([await irisModel()], { engines: 2 }, workerUrl)
    onTestFinished(() => host.close())
    const asked = async (number: number) => {
      const row = [number, 0, 0, 0]
      const tensor = { name: 'X', shape: [1, 4], datatype: 'FP32', data: row }
      const [pipeline, oip] = await Promise.all([
        host.ask('/api/v1/predict/iris', { json: { inputs: [row] } }),
        host.ask('/v2/models/iris/infer', { json: { inputs: [tensor] } }),
      ])
      return { pipeline, oip }
    }
    return { host, asked }
  }
  const slow = { timeout: 60_000 }

  it('is told that its input is at fault, while others are answered', async () => {
    const { asked } = await start()
    const { pipeline, oip } = await asked(666)
    const message = expect.stringContaining('it ended by itself, code 7')
    expect([pipeline.status, await pipeline.json()]).toMatchObject([422, { error: message, code: 'input_ends_engine' }])
    expect([oip.status, await oip.json()]).toEqual([400, { error: message }])
    for (const { headers } of [pipeline, oip]) {
      expect(headers.get('retry-after')).toBeNull()
      expect(headers.get('x-should-retry')).toBe('false')
    }
    const { pipeline: next } = await asked(5.1)
    expect(next.status).toBe(200)
  })

  it('blocks its model for a while if it keeps coming, and others are told why and for how long', async () => {
    const { asked } = await start()
    for (let request = 0; request < 2; request++) expect((await asked(666)).pipeline.status).toBe(422)
    const { pipeline } = await asked(5.1)
    expect(pipeline.status).toBe(503)
    expect(await pipeline.json()).toMatchObject({ error: expect.stringContaining('12 engines ended over its runs') })
    expect(Number(pipeline.headers.get('retry-after'))).toBeGreaterThan(30)
  })

  it('rolls back a canary, whoever sends it, in any protocol', async () => {
    const host = await startTestServing([], { engines: 2, waitMsMax: 60_000 }, workerUrl)
    onTestFinished(() => host.close())
    const targets = [0, 100].map((weight) => publishIris(host, weight))
    const canary = { maxErrorRate: 0.6, minRequests: 3, windowSeconds: 600 }
    await deployTargets(host, { name: 'guarded', targets: await Promise.all(targets), canary })
    const predict = (number: number) => host.ask('/api/v1/predict/guarded', { json: { inputs: [[number, 0, 0, 0]] } })
    await expect.poll(async () => (await predict(5.1)).status, slow).toBe(200)
    const tensor = { name: 'X', shape: [1, 4], datatype: 'FP32', data: [666, 0, 0, 0] }
    expect((await predict(666)).status).toBe(422)
    expect((await host.ask('/v2/models/guarded/infer', { json: { inputs: [tensor] } })).status).toBe(400)
    const rolledBack = async () => (await getDeployment(host.table, 'guarded'))?.targets?.[1]?.rolledBack
    await expect
      .poll(rolledBack, slow)
      .toMatchObject({ reason: expect.stringContaining('66.7 % of its last 3 requests') })
  })

  it('is told to retry if the engines were killed from outside, after the usual time of a restart', async () => {
    const { asked } = await start()
    const { pipeline, oip } = await asked(667)
    const message = expect.stringContaining('the engine died (SIGKILL)')
    expect([pipeline.status, await pipeline.json()]).toMatchObject([503, { error: message, code: 'engine_died' }])
    expect([oip.status, await oip.json()]).toEqual([503, { error: message }])
    for (const { headers } of [pipeline, oip]) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(headers.get('x-should-retry')).toBeNull()
    }
    const { pipeline: next } = await asked(5.1)
    expect(next.status).toBe(200)
  })
})
