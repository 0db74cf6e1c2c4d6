import { describe, expect, it } from 'vitest'
import { revisionOf, row, rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import type { TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})

describe('a deployment of several targets', () => {
  it('splits requests by weight, and keeps a session on one target', async () => {
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

  it("answers from the target named in the request, if it is not the deployment's own name", async () => {
    const model = await irisModel()
    const a = await publishTarget(host, model, { ref: 'named-a' })
    const b = await publishTarget(host, model, { ref: 'named-b' })
    await deployTargets(host, { name: 'named', targets: [a, b] })
    await answers('named')
    const revisionsOf = async (asked: () => Promise<Response>) =>
      new Set(await Promise.all(Array.from({ length: 30 }, () => revisionOf(asked()))))
    for (const { repo, ref, revision } of [a, b])
      for (const model of [`${repo}@${ref}`, `${repo}@${revision}`]) {
        const byName = () => host.ask(`/models/${encodeURIComponent(model)}`, { json: row })
        await expect.poll(() => revisionsOf(byName), slow).toEqual(new Set([revision]))
      }
    expect(await revisionsOf(() => ask('named'))).toEqual(new Set([a.revision, b.revision]))
  })

  it('keeps a caller on one target if it is sticky by caller', async () => {
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
