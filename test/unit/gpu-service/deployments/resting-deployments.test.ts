import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeDeployment, defaultPool, liveReplicas, poolReplicas } from '../../../../shared/table/deployments.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

/** For a machine that is busy with others. */
const slow = { timeout: 20_000 }
const row = { inputs: [[5.1, 3.5, 1.4, 0.2]] }

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([], { heartbeatMs: 50, waitMsMax: 60_000 })
})
afterAll(() => host.close())

const ask = (name: string, headers: Record<string, string> = {}) =>
  host.ask(`/api/v1/predict/${name}`, { json: row, headers })
const answers = (name: string) => expect.poll(async () => (await ask(name)).status, slow).toBe(200)

describe('a deployment', () => {
  it('that is paused refuses with what no client repeats by itself, and answers again when it is resumed', async () => {
    const target = await publishTarget(host, await irisModel())
    await deployTargets(host, { name: 'resting', targets: [target] })
    await answers('resting')
    await changeDeployment(host.table, 'resting', (item) => ({ ...item, isPaused: true }))
    await expect.poll(async () => (await ask('resting')).status, slow).toBe(409)
    const paused = await ask('resting')
    expect(paused.headers.get('x-should-retry')).toBe('false')
    expect(await paused.json()).toMatchObject({ code: 'deployment_paused' })
    await changeDeployment(host.table, 'resting', ({ isPaused: _, ...item }) => item)
    await answers('resting')
  })

  it('that no replica needs to keep is loaded for its first request, answers it, and leaves when nobody asks', async () => {
    const target = await publishTarget(host, await irisModel())
    await deployTargets(host, { name: 'sleeping', targets: [target], min: 0, idleSeconds: 1 })
    const told = async () => {
      const replicas = await poolReplicas(host.table, defaultPool, new Date())
      const reports = await liveReplicas(host.table, { deployment: 'sleeping', alive: replicas, now: new Date() })
      return reports[0]?.targets?.[0]
    }
    await expect.poll(told, slow).toMatchObject({ state: 'READY', isResident: false })
    expect((await ask('sleeping')).status).toBe(200)
    await expect.poll(told, slow).toMatchObject({ isResident: true })
    await expect.poll(told, slow).toMatchObject({ state: 'READY', isResident: false })
    expect((await ask('sleeping')).status).toBe(200)
  })
})
