import { describe, expect, it } from 'vitest'
import { changeDeployment } from '../../../shared/table/deployments.ts'
import { freshDeployments } from './support/fresh-deployments.ts'

const fresh = freshDeployments('settings')
const { create, read, patch } = fresh

describe('the settings of a deployment', () => {
  it.each([
    ['requestsPerSecond', { limits: { requestsPerSecond: 1e-200 } }],
    ['requestsPerSecond', { limits: { requestsPerSecond: 9e-7 } }],
    ['maxErrorRate', { canary: { maxErrorRate: 1e-200 } }],
    ['percent', { shadow: { target: 'lab/seed', percent: 5e-324 } }],
    ['weight', { targets: [{ target: 'lab/seed' }, { target: 'lab/seed', weight: 1e-140 }] }],
  ])('are refused if %s is below a millionth, at creation and at change', async (param, asked) => {
    const refused = [await create(asked)]
    await create()
    refused.push(await patch(asked))
    for (const { status, body } of refused) {
      expect([status, body.error.code]).toEqual([400, 'invalid_request'])
      expect(body.error.param).toContain(param)
      expect(body.error.message).toContain('0.000001')
    }
  })

  it('may be a millionth, or 0 where that has a meaning', async () => {
    const canary = { maxErrorRate: 0, minRequests: 1, windowSeconds: 1 }
    const targets = [
      { target: fresh.of.repo, weight: 1e-6 },
      { target: fresh.of.repo, weight: 0 },
    ]
    const asked = { limits: { requestsPerSecond: 1e-6 }, canary, shadow: { target: fresh.of.repo, percent: 1e-6 } }
    expect((await create({ targets, ...asked })).status).toBe(201)
    expect((await read()).body).toMatchObject({
      ...{ limits: asked.limits, canary },
      targets: [{ weight: 1e-6 }, { weight: 0 }],
      shadow: { percent: 1e-6 },
    })
  })

  it('are validated together with the unchanged ones: min is at most max', async () => {
    await create({ min: 1, max: 2 })
    for (const asked of [{ min: 3 }, { min: 3, max: 2 }]) {
      const { status, body } = await patch(asked)
      expect([status, body.error.code, body.error.param]).toEqual([400, 'invalid_request', 'max'])
    }
    expect((await patch({ min: 3 })).body.error.message).toMatch(/"max".* 2.*"min".* 3/)
    expect(await patch({ min: 3, max: 3 })).toMatchObject({ status: 200, body: { min: 3, max: 3, version: 2 } })
    expect((await patch({ max: 2 })).status).toBe(400)
    expect((await patch({ max: null })).status).toBe(200)
    expect(await patch({ min: 5 })).toMatchObject({ status: 200, body: { min: 5 } })
  })

  it('that are invalid from before this rule do not block other changes', async () => {
    await create({ min: 1, max: 2 })
    await changeDeployment(fresh.host.table, fresh.of.name, (item) => ({ ...item, min: 5 }))
    expect((await patch({ idleSeconds: 7 })).body).toMatchObject({ min: 5, max: 2, idleSeconds: 7 })
    expect((await patch({ min: 2 })).status).toBe(200)
  })
})
