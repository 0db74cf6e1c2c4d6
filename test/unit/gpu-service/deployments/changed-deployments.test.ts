import { describe, expect, it } from 'vitest'
import { changeDeployment } from '../../../../shared/table/deployments.ts'
import { revisionOf, rowTraffic, slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { irisModel } from '../support/test-models.ts'
import type { TestServing } from '../support/test-serving.ts'

let host: TestServing
const { ask, answers } = rowTraffic((started) => {
  host = started
})

describe('a deployment', () => {
  it('changes under load without a dropped request, and each answer names the revision that gave it', async () => {
    const model = await irisModel()
    const revisions = await Promise.all(Array.from({ length: 4 }, () => publishTarget(host, model)))
    const [first] = revisions
    if (first === undefined) throw new Error('unreachable')
    await deployTargets(host, { name: 'moving', targets: [first] })
    await answers('moving')
    const placeOf = (revision: string | null) => revisions.findIndex((target) => target.revision === revision)
    /** The newest revision that has answered so far. */
    let newest = 0
    const seen: { status: number; place: number; atLeast: number }[] = []
    let isOver = false
    const client = async () => {
      while (!isOver) {
        const atLeast = newest
        const answer = await ask('moving')
        seen.push({ status: answer.status, place: placeOf(answer.headers.get('x-model-revision')), atLeast })
        await answer.arrayBuffer()
      }
    }
    const clients = Promise.all(Array.from({ length: 8 }, client))
    for (const [place, target] of revisions.entries()) {
      if (place === 0) continue
      await changeDeployment(host.table, 'moving', (item) => ({ ...item, ...target, targets: [target] }))
      await expect.poll(() => revisionOf(ask('moving')), slow).toBe(target.revision)
      newest = place
    }
    isOver = true
    await clients
    expect(seen.length).toBeGreaterThan(200)
    expect(seen.filter(({ status }) => status !== 200)).toEqual([])
    expect(new Set(seen.map(({ place }) => place))).toEqual(new Set(revisions.keys()))
    expect(seen.filter(({ place, atLeast }) => place < atLeast)).toEqual([])
  })
})
