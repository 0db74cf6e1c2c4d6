import { afterAll, beforeAll, expect, it } from 'vitest'
import { inferOn, simpleRequest, tensorsModel } from '../../support/oip-requests.ts'
import { startTestServing, type TestServing } from '../../support/test-serving.ts'
import { simpleGraph } from '../../support/tiny-graphs.ts'

let host: TestServing
beforeAll(async () => {
  host = await startTestServing([tensorsModel('simple', simpleGraph())])
  // The first runs of a graph are slow; if only they were known, 40 callers would be too many.
  for (let run = 0; run < 10; run++) await inferOn(host, 'simple', simpleRequest())
  await Promise.all(Array.from({ length: 40 }, () => inferOn(host, 'simple', simpleRequest())))
})
afterAll(() => host.close())

it("counts inferences and runs in Triton's statistics", async () => {
  const { model_stats } = (await (await host.ask('/v2/models/simple/stats')).json()) as {
    model_stats: {
      inference_count: number
      execution_count: number
      inference_stats: { success: { count: number; ns: number } }
    }[]
  }
  const [one] = model_stats
  expect(one?.inference_count).toBeGreaterThan(40)
  expect(one?.execution_count).toBeLessThan(one?.inference_count ?? 0)
  expect(one?.inference_stats.success.ns).toBeGreaterThan(0)
})

it("counts inferences and runs under the names of Triton's metrics", async () => {
  const text = await (await host.ask('/metrics')).text()
  const of = (name: string) =>
    Number(new RegExp(`^${name}\\{model="simple",version="1"\\} (\\d+)$`, 'm').exec(text)?.[1])
  expect(of('nv_inference_request_success')).toBeGreaterThan(40)
  expect(of('nv_inference_exec_count')).toBeLessThan(of('nv_inference_count'))
  expect(of('nv_inference_compute_infer_duration_us')).toBeGreaterThan(0)
})
