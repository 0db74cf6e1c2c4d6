import { rm } from 'node:fs/promises'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { temporaryFolder } from '../support/folders.ts'
import { irisModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

it('answers 503 with the reason, never 500, while a model is fetched anew that a replaced engine could not load', async () => {
  const cacheDir = await temporaryFolder()
  const workerUrl = new URL('../support/worker-that-ends.ts', import.meta.url)
  const host = await startTestServing([await irisModel()], { cacheDir, engines: 1 }, workerUrl)
  onTestFinished(() => host.close())
  const ask = (inputs: number[][]) => host.ask('/api/v1/predict/iris', { json: { inputs } })
  expect((await ask([[5.1, 3.5, 1.4, 0.2]])).status).toBe(200)
  await rm(cacheDir, { recursive: true })
  // The stand-in's thread ends over this row, and the one that the row is given to next cannot load the model.
  expect((await ask([[666, 0, 0, 0]])).status).toBe(503)
  const statuses = new Set<number>()
  const answer = await eventually(
    async () => {
      const response = await ask([[5.1, 3.5, 1.4, 0.2]])
      statuses.add(response.status)
      return response.status
    },
    (status) => status === 200,
  )
  expect(answer).toBe(200)
  expect(statuses).not.toContain(500)
})
