import { setImmediate as aTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { ModelHung } from '../../../../gpu-service/engine/engine.ts'
import { WorkerEngine, type WorkerEngineOptions } from '../../../../gpu-service/engine/worker-engine.ts'

// Limits pass only when a test says so, however busy the machine is.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Lets time pass once a limit is running. */
async function pass(ms: number) {
  while (vi.getTimerCount() === 0) await aTurn()
  await vi.advanceTimersByTimeAsync(ms)
}

function start(limits: Pick<WorkerEngineOptions, 'runMsMax' | 'loadMsMax'>) {
  const lost: string[] = []
  const engine = new WorkerEngine({
    workerUrl: new URL('../support/endless-worker.ts', import.meta.url),
    device: 'cpu',
    onLoss: ({ modelId }) => lost.push(modelId),
    ...limits,
  })
  onTestFinished(() => engine.close())
  return { engine, lost }
}

it('kills a run that never ends, names its model as lost, and serves the others', async () => {
  const { engine, lost } = start({ runMsMax: 50 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  await engine.load({ modelId: 'endless', path: 'endless.onnx' })
  const endless = engine.run({ modelId: 'endless', inputs: {}, outputs: [] })
  await Promise.all([expect(endless).rejects.toThrow(ModelHung), pass(50)])
  expect(lost).toEqual(['endless'])
  await engine.restored()
  await expect(engine.run({ modelId: 'endless', inputs: {}, outputs: [] })).rejects.toThrow('did not come to an end')
  await engine.load({ modelId: 'other', path: 'other.onnx' })
  await expect(engine.run({ modelId: 'good', inputs: {}, outputs: [] })).resolves.toEqual({})
})

it('tells the runs queued after an endless one when the engine will be back', async () => {
  const { engine } = start({ runMsMax: 50 })
  for (const modelId of ['endless', 'good']) await engine.load({ modelId, path: `${modelId}.onnx` })
  const run = (modelId: string) => engine.run({ modelId, inputs: {}, outputs: [] })
  const [, behind] = await Promise.allSettled([run('endless'), run('good'), pass(50)])
  expect(behind).toMatchObject({ status: 'rejected', reason: { name: 'EngineDied', backInMs: expect.any(Number) } })
})

it('does not count the time spent waiting for a load against a run', async () => {
  const { engine, lost } = start({ runMsMax: 1000 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  const loading = engine.load({ modelId: 'slow', path: 'slow.onnx' })
  const run = engine.run({ modelId: 'good', inputs: {}, outputs: [] })
  await pass(1500)
  await expect(run).resolves.toEqual({})
  await loading
  expect(lost).toEqual([])
})

it('kills a load that never ends, and does not blame what waited for it', async () => {
  const { engine, lost } = start({ loadMsMax: 5000 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  const stuck = engine.load({ modelId: 'stuck', path: 'stuck.onnx' })
  const behind = engine.load({ modelId: 'other', path: 'other.onnx' })
  await Promise.all([
    expect(stuck).rejects.toThrow(ModelHung),
    expect(behind).rejects.toMatchObject({ name: 'EngineDied' }),
    pass(5000),
  ])
  await expect(engine.run({ modelId: 'good', inputs: {}, outputs: [] })).resolves.toEqual({})
  expect(lost).toEqual([])
})

it('blames no model for a hang in a group of runs until one hangs alone', async () => {
  const { engine, lost } = start({ runMsMax: 1500 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  const run = (modelId: string, more: boolean) => engine.run({ modelId, inputs: {}, outputs: [], more })
  const asked = [run('good', true), run('endless', true), run('good', false)]
  const [together] = await Promise.all([Promise.allSettled(asked), pass(1500)])
  expect(together.map((ended) => ended.status === 'rejected' && ended.reason.name)).toEqual(Array(3).fill('EngineDied'))
  expect(lost).toEqual([])
})
