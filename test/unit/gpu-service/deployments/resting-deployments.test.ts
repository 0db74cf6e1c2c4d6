import { describe, expect, it } from 'vitest'
import { changeDeployment, defaultPool, liveReplicas, poolReplicas } from '../../../../shared/table/deployments.ts'
import { rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import type { TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})

describe('a deployment', () => {
  it('refuses with a status that clients do not retry while paused, and answers again when resumed', async () => {
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

  it('loads with its first request if no replica has to keep it, and unloads when idle', async () => {
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
