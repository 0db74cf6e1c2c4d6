import { expect, it, onTestFinished } from 'vitest'
import { changeDeployment } from '../../../../shared/table/deployments.ts'
import { deployTargets, publishTarget } from '../support/test-deployments.ts'
import { brokenModel, embedderModel } from '../support/test-models.ts'
import { startTestServing } from '../support/test-serving.ts'

/** For a machine that is busy with other work. */
const slow = { timeout: 60_000 }

/** A deployment that eight clients ask without pause, and the answers they got. */
async function startUnderLoad(config: Parameters<typeof startTestServing>[1] = {}) {
  // On a busy machine the queue may take longer than the default limit.
  const host = await startTestServing([], { waitMsMax: 30_000, ...config })
  const model = await embedderModel()
  const first = await publishTarget(host, model)
  await deployTargets(host, { name: 'moving', targets: [first] })
  const ask = () => host.ask('/api/v1/predict/moving', { json: { inputs: 'one text' } })
  await expect.poll(async () => (await ask()).status, slow).toBe(200)
  const seen: { status: number; revision: string | null }[] = []
  let isOver = false
  const client = async () => {
    while (!isOver) {
      const answer = await ask()
      seen.push({ status: answer.status, revision: answer.headers.get('x-model-revision') })
      await answer.arrayBuffer()
    }
  }
  const clients = Promise.all(Array.from({ length: 8 }, client))
  const stop = async () => {
    isOver = true
    await clients
  }
  onTestFinished(async () => {
    await stop()
    await host.close()
  })
  const change = async (to: typeof model) => {
    const target = await publishTarget(host, to)
    await changeDeployment(host.table, 'moving', (item) => ({ ...item, ...target, targets: [target] }))
    return target.revision
  }
  return {
    host,
    model,
    first,
    seen,
    stop,
    change,
    revisionOf: async () => (await ask()).headers.get('x-model-revision'),
  }
}

it('swaps in a new revision with memory for one model only, without failing a request', async () => {
  // Less than the measured memory of two tiny models, and more than the file of one.
  const { model, seen, stop, change, revisionOf } = await startUnderLoad({ modelMemoryMaxBytes: 50_000 })
  await expect.poll(() => seen.length, slow).toBeGreaterThan(0)
  const revision = await change(model)
  await expect.poll(revisionOf, slow).toBe(revision)
  await expect.poll(() => seen.some((one) => one.revision === revision), slow).toBe(true)
  await stop()
  expect(seen.filter(({ status }) => status !== 200)).toEqual([])
  expect(new Set(seen.map((one) => one.revision)).size).toBe(2)
})

it('keeps serving the old revision if the new one cannot be loaded, without failing a request', async () => {
  const { host, model, first, seen, stop, change } = await startUnderLoad()
  const broken = await brokenModel()
  await change({ ...model, files: { ...model.files, [model.file]: broken.files['model.onnx'] ?? Buffer.alloc(0) } })
  const info = async () => JSON.stringify(await (await host.ask('/info')).json())
  await expect.poll(info, slow).toContain('is not an ONNX model')
  const before = seen.length
  await expect.poll(() => seen.length, slow).toBeGreaterThan(before + 50)
  await stop()
  expect(seen.filter(({ status, revision }) => status !== 200 || revision !== first.revision)).toEqual([])
})
