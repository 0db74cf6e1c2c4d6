import { afterAll, beforeAll, expect, it } from 'vitest'
import { deployTargets, publishTarget } from '../../support/test-deployments.ts'
import { irisModel } from '../../support/test-models.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([], { heartbeatMs: 50 })
})
afterAll(() => host.close())

const rows = [
  [5.1, 3.5, 1.4, 0.2],
  [6.2, 3.4, 5.4, 2.3],
]

it('copies a request to its shadow exactly as it was sent, flat or nested, with any version', async () => {
  const stable = await publishTarget(host, await irisModel())
  const same = await publishTarget(host, await irisModel())
  await deployTargets(host, { name: 'iris', targets: [stable], shadow: { target: same, percent: 100 } })
  const inputs = (data: unknown) => [{ name: 'X', shape: [2, 4], datatype: 'FP32', data }]
  const counted = async () => {
    const lines = (await host.metrics.registry.metrics()).split('\n')
    const of = (outcome: string) =>
      Number(
        lines
          .find((line) => line.includes(`shadow_requests_total{deployment="iris",outcome="${outcome}"}`))
          ?.split(' ')[1] ?? 0,
      )
    return { ok: of('ok'), error: of('error') }
  }
  const asked = [
    { path: '/v2/models/iris/infer', data: rows },
    { path: '/v2/models/iris/infer', data: rows.flat() },
    { path: `/v2/models/iris/versions/${stable.revision}/infer`, data: rows },
  ]
  for (const { path, data } of asked) {
    const { ok } = await counted()
    await expect
      .poll(
        async () => {
          const answer = await host.ask(path, { json: { inputs: inputs(data) } })
          await answer.text()
          return [answer.status, (await counted()).ok > ok + 3]
        },
        { timeout: 20_000 },
      )
      .toEqual([200, true])
    expect((await counted()).error).toBe(0)
  }
})
