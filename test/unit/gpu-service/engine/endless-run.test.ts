import { expect, it, onTestFinished } from 'vitest'
import { ModelHung } from '../../../../gpu-service/engine/engine.ts'
import { WorkerEngine, type WorkerEngineOptions } from '../../../../gpu-service/engine/worker-engine.ts'

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

it('ends a run that never ends by itself, tells whose it was, and goes on without it', async () => {
  const { engine, lost } = start({ runMsMax: 50 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  await engine.load({ modelId: 'endless', path: 'endless.onnx' })
  await expect(engine.run({ modelId: 'endless', inputs: {}, outputs: [] })).rejects.toThrow(ModelHung)
  expect(lost).toEqual(['endless'])
  await engine.restored()
  await expect(engine.run({ modelId: 'endless', inputs: {}, outputs: [] })).rejects.toThrow('did not come to an end')
  await engine.load({ modelId: 'other', path: 'other.onnx' })
  await expect(engine.run({ modelId: 'good', inputs: {}, outputs: [] })).resolves.toEqual({})
})

it('tells who waits behind a run that never ends how soon the engine is there again', async () => {
  const { engine } = start({ runMsMax: 50 })
  for (const modelId of ['endless', 'good']) await engine.load({ modelId, path: `${modelId}.onnx` })
  const run = (modelId: string) => engine.run({ modelId, inputs: {}, outputs: [] })
  const [, behind] = await Promise.allSettled([run('endless'), run('good')])
  expect(behind).toMatchObject({ status: 'rejected', reason: { name: 'EngineDied', backInMs: expect.any(Number) } })
})

it('does not blame a run for the time that it waited behind a load', async () => {
  const { engine, lost } = start({ runMsMax: 1000 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  const loading = engine.load({ modelId: 'slow', path: 'slow.onnx' })
  await expect(engine.run({ modelId: 'good', inputs: {}, outputs: [] })).resolves.toEqual({})
  await loading
  expect(lost).toEqual([])
})

it('ends a load that never ends, and blames nothing that waited behind it', async () => {
  const { engine, lost } = start({ loadMsMax: 5000 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  const stuck = engine.load({ modelId: 'stuck', path: 'stuck.onnx' })
  const behind = engine.load({ modelId: 'other', path: 'other.onnx' })
  await Promise.all([
    expect(stuck).rejects.toThrow(ModelHung),
    expect(behind).rejects.toMatchObject({ name: 'EngineDied' }),
  ])
  await expect(engine.run({ modelId: 'good', inputs: {}, outputs: [] })).resolves.toEqual({})
  expect(lost).toEqual([])
})

it('blames none of the runs that were handed over together for the one that never ends, until it is run alone', async () => {
  const { engine, lost } = start({ runMsMax: 1500 })
  await engine.load({ modelId: 'good', path: 'good.onnx' })
  const run = (modelId: string, more: boolean) => engine.run({ modelId, inputs: {}, outputs: [], more })
  const together = await Promise.allSettled([run('good', true), run('endless', true), run('good', false)])
  expect(together.map((ended) => ended.status === 'rejected' && ended.reason.name)).toEqual(Array(3).fill('EngineDied'))
  expect(lost).toEqual([])
})
