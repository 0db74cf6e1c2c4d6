import { expect, it, onTestFinished } from 'vitest'
import { tensorsModel } from '../../support/oip-requests.ts'
import { startTestServing } from '../../support/test-serving.ts'
import { identityGraph } from '../../support/tiny-graphs.ts'

it('answers the pipeline of a graph without a task with nested lists by name', async () => {
  const host = await startTestServing([tensorsModel('echo', identityGraph(['float32']))])
  onTestFinished(() => host.close())
  const ask = (inputs: unknown) => host.ask('/models/triton/echo', { json: { inputs } })
  const answer = await ask({
    float32: [
      [1.5, 2],
      [3, 4],
    ],
  })
  expect([answer.status, await answer.json()]).toEqual([
    200,
    {
      float32_out: [
        [1.5, 2],
        [3, 4],
      ],
    },
  ])
  for (const inputs of [
    [1],
    { x: [[1]] },
    { float32: [[1], [2, 3]] },
    { float32: [['a']] },
    { float32: [[[1]]] },
    { float32: [] },
  ]) {
    const refused = await ask(inputs)
    expect([refused.status, await refused.json()]).toEqual([
      422,
      expect.objectContaining({ error: expect.any(String) }),
    ])
  }
})
