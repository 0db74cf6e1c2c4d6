import { afterAll, beforeAll, expect, it } from 'vitest'
import { slow } from '../support/row-traffic.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestServing } from '../support/test-serving.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([], { engines: 1, queuedMax: 4 })
})
afterAll(() => host.close())

it.each([
  ['with answers that are kept', { resultCache: { entries: 100 } }],
  ['without', {}],
])('does not charge the daily quota for requests refused under load: %s', async (name, settings) => {
  const target = await publishTarget(host, await embedderModel())
  const model = `quota ${name}`.replaceAll(' ', '-')
  await deployTargets(host, { name: model, targets: [target], limits: { requestsPerDay: 1000 }, ...settings })
  const embed = (input: string) => host.ask('/v1/embeddings', { json: { model, input } })
  const left = async () => Number((await embed('one')).headers.get('x-quota-remaining-requests'))
  await expect.poll(left, slow).toBeGreaterThan(0)
  const before = await left()
  const crowd = await Promise.all(Array.from({ length: 300 }, (_, at) => embed(`text ${at}`)))
  const statuses = crowd.map(({ status }) => status)
  const answered = statuses.filter((status) => status === 200).length
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
  expect(before - (await left())).toBe(answered + 1)
})
