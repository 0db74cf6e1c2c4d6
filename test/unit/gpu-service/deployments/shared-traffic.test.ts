import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
const revisionOf = async (answer: Promise<Response>) => (await answer).headers.get('x-model-revision')

describe('a deployment of several targets', () => {
  it('shares its requests by weight, and answers those of one session by one target', async () => {
    const model = await irisModel()
    const a = await publishTarget(host, model, { ref: 'a', weight: 80 })
    const b = await publishTarget(host, model, { ref: 'b', weight: 20 })
    await deployTargets(host, { name: 'shared', targets: [a, b] })
    await answers('shared')
    await expect
      .poll(async () => {
        const revisions = await Promise.all(Array.from({ length: 40 }, () => revisionOf(ask('shared'))))
        return new Set(revisions).size
      }, slow)
      .toBe(2)
    const sessions = Array.from({ length: 400 }, (_, n) => ({ 'x-session-id': `session-${n}` }))
    const chosen = await Promise.all(sessions.map((headers) => revisionOf(ask('shared', headers))))
    const shareOfB = chosen.filter((revision) => revision === b.revision).length / chosen.length
    expect(shareOfB).toBeGreaterThan(0.13)
    expect(shareOfB).toBeLessThan(0.27)
    expect(await Promise.all(sessions.map((headers) => revisionOf(ask('shared', headers))))).toEqual(chosen)
  })

  it('answers a caller always by one target where it is sticky by caller', async () => {
    const model = await irisModel()
    const targets = [await publishTarget(host, model, { ref: 'a' }), await publishTarget(host, model, { ref: 'b' })]
    await deployTargets(host, { name: 'sticky', targets, stickyBy: 'caller' })
    const sessions = Array.from({ length: 40 }, (_, n) => ({ 'x-session-id': `session-${n}` }))
    await expect
      .poll(async () => new Set(await Promise.all(sessions.map((of) => revisionOf(ask('sticky', of))))).size, slow)
      .toBe(2)
    expect(new Set(await Promise.all(sessions.map(() => revisionOf(ask('sticky'))))).size).toBe(1)
  })
})
