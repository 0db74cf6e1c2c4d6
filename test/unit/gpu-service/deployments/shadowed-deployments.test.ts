import { describe, expect, it } from 'vitest'
import { metricValue } from '../support/metric-value.ts'
import { rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel, irisModel } from '../support/test-models.ts'
import type { TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})
const metric = (start: string) => metricValue(host, start)

describe('a deployment with a shadow', () => {
  it('copies requests to its shadow without affecting its callers, even if the copies fail', async () => {
    const [stable, same] = await Promise.all([irisModel(), irisModel()].map(async (m) => publishTarget(host, await m)))
    const failing = await publishTarget(host, await embedderModel())
    if (stable === undefined || same === undefined) throw new Error('unreachable')
    await deployTargets(host, { name: 'mirrored', targets: [stable], shadow: { target: same, percent: 100 } })
    await deployTargets(host, { name: 'hindered', targets: [stable], shadow: { target: failing, percent: 100 } })
    for (const name of ['mirrored', 'hindered']) await answers(name)
    const count = (name: string, outcome: string) =>
      metric(`shadow_requests_total{deployment="${name}",outcome="${outcome}"}`)
    const keepAsking = (name: string, outcome: string) =>
      expect
        .poll(async () => {
          const answer = await ask(name)
          expect([answer.status, answer.headers.get('x-model-revision')]).toEqual([200, stable.revision])
          return count(name, outcome)
        }, slow)
        .toBeGreaterThan(5)
    await keepAsking('mirrored', 'ok')
    await keepAsking('hindered', 'error')
    expect(await count('mirrored', 'error')).toBe(0)
    expect(await metric('predictions_total{deployment="mirrored:shadow"')).toBeGreaterThan(5)
    // Under a crowd the copies are dropped, not the requests.
    const crowd = await Promise.all(Array.from({ length: 300 }, async () => (await ask('mirrored')).status))
    expect(new Set(crowd)).toEqual(new Set([200]))
    expect(await count('mirrored', 'dropped')).toBeGreaterThan(100)
  })
})
