import { describe, expect, it } from 'vitest'
import { getDeployment, targetsOf } from '../../../../shared/table/deployments.ts'
import { makeKey, makeUser } from '../../../support/make-key.ts'
import { row, rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget, wholePass } from '../support/test-deployments.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import type { TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})

describe('a deployment with a canary', () => {
  it('rolls back a target that fails several callers, once and with the reason; one caller alone cannot cause it', async () => {
    const stable = await publishTarget(host, await irisModel(), { weight: 50 })
    // Takes texts, and so fails every row.
    const failing = await publishTarget(host, await embedderModel(), { weight: 50 })
    const canary = { maxErrorRate: 0.1, minRequests: 10, windowSeconds: 60 }
    await deployTargets(host, { name: 'guarded', targets: [stable, failing], canary })
    await answers('guarded')
    const rolledBack = async () => targetsOf((await getDeployment(host.table, 'guarded')) ?? failed())[1]?.rolledBack
    const byOne = async () => Promise.all(Array.from({ length: 40 }, async () => (await ask('guarded')).status))
    await expect.poll(async () => new Set(await byOne()), slow).toEqual(new Set([200, 422]))
    await wholePass(host, stable)
    expect(await rolledBack()).toBeUndefined()
    const users = await Promise.all([1, 2, 3].map(() => makeUser(host.table, { role: 'admin' })))
    const tokens = await Promise.all(users.map((user) => makeKey(host.table, { user })))
    const askAs = (token: string) => host.ask('/api/v1/predict/guarded', { json: row, token })
    await expect
      .poll(async () => {
        await Promise.all(tokens.flatMap((token) => Array.from({ length: 10 }, () => askAs(token))))
        return rolledBack()
      }, slow)
      .toMatchObject({ reason: expect.stringContaining('% of its last'), weight: 50 })
    const first = await rolledBack()
    await expect
      .poll(async () => {
        const statuses = await Promise.all(Array.from({ length: 40 }, async () => (await ask('guarded')).status))
        return new Set(statuses)
      }, slow)
      .toEqual(new Set([200]))
    expect(await rolledBack()).toEqual(first)
    expect((await getDeployment(host.table, 'guarded'))?.version).toBe(2)
  })

  it('rolls back a target that cannot be loaded', async () => {
    const model = await irisModel()
    const stable = await publishTarget(host, model)
    const files = { ...model.files, 'model.onnx': Buffer.from('no graph at all') }
    const broken = await publishTarget(host, { ...model, files })
    const canary = { maxErrorRate: 0.1, minRequests: 10, windowSeconds: 60 }
    await deployTargets(host, { name: 'unloadable', targets: [stable, broken], canary })
    await expect
      .poll(async () => (await getDeployment(host.table, 'unloadable'))?.targets?.[1]?.rolledBack?.reason, {
        timeout: 10_000,
      })
      .toContain('could not be loaded')
    await answers('unloadable')
  })
})

function failed(): never {
  throw new Error('the deployment is gone')
}
