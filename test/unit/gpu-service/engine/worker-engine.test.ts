import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { EngineDied, type LostModel, ModelLost, type Tensors } from '../../../../gpu-service/engine/engine.ts'
import { strangers } from '../../../../gpu-service/engine/neighbours.ts'
import { WorkerEngine, type WorkerEngineOptions } from '../../../../gpu-service/engine/worker-engine.ts'
import { eventually } from '../../../support/eventually.ts'
import { fixtureModel, temporaryFolder } from '../support/folders.ts'
import { isAlive } from '../support/is-alive.ts'
import { workerUrl } from '../support/test-serving.ts'

const path = join(fixtureModel('sklearn/iris-logistic-regression'), 'model.onnx')
const outputs = ['output_label', 'output_probability']
const row = (): Tensors => ({ X: { type: 'float32', dims: [1, 4], data: Float32Array.of(5.1, 3.5, 1.4, 0.2) } })

const engines: WorkerEngine[] = []
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())))

function start(options: Partial<WorkerEngineOptions> = {}): WorkerEngine {
  const engine = new WorkerEngine({ workerUrl, device: 'cpu', ...options })
  engines.push(engine)
  return engine
}

describe('WorkerEngine', () => {
  it('runs a real graph and gives back the outputs asked for, no others', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    const answer = await engine.run({ modelId: 'iris', inputs: row(), outputs: ['output_label'] })
    expect(Object.keys(answer)).toEqual(['output_label'])
    expect(answer.output_label).toMatchObject({ type: 'int64', dims: [1], data: BigInt64Array.of(0n) })
  })

  it('gives way to the thread that answers everybody', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    expect(getPriority(engine.pid) - getPriority()).toBe(5)
  })

  it('holds many models and gives one back without touching the others', async () => {
    const engine = start()
    await engine.load({ modelId: 'one', path })
    await engine.load({ modelId: 'two', path })
    await engine.unload({ modelId: 'one' })
    await expect(engine.run({ modelId: 'one', inputs: row(), outputs })).rejects.toThrow('not loaded')
    await expect(engine.run({ modelId: 'two', inputs: row(), outputs })).resolves.toBeDefined()
  })

  it('says why a file could not be loaded, and lives on', async () => {
    const engine = start()
    await expect(engine.load({ modelId: 'bad', path: import.meta.filename })).rejects.toThrow()
    await expect(engine.load({ modelId: 'iris', path })).resolves.toBeUndefined()
  })

  it('refuses an input of the wrong shape by an error, not by dying', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    const inputs: Tensors = { X: { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) } }
    await expect(engine.run({ modelId: 'iris', inputs, outputs })).rejects.toThrow(/dimension/i)
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).resolves.toBeDefined()
  })

  it('fails the work of a process that dies, and replaces it with its models loaded', async () => {
    const deaths: EngineDied[] = []
    const mortal = new URL('../support/mortal-worker.ts', import.meta.url)
    const engine = start({ workerUrl: mortal, onDeath: (error) => deaths.push(error) })
    await engine.load({ modelId: 'iris', path })
    const killed = engine.run({ modelId: 'deadly', inputs: {}, outputs: [] })
    const besides = engine.run({ modelId: 'iris', inputs: row(), outputs })
    await expect(killed).rejects.toBeInstanceOf(EngineDied)
    await expect(besides).rejects.toBeInstanceOf(EngineDied)
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).resolves.toBeDefined()
    expect(deaths).toHaveLength(1)
  })

  it('says which model a new process could not load, and why, and runs the others', async () => {
    const lost: LostModel[] = []
    const mortal = new URL('../support/mortal-worker.ts', import.meta.url)
    const engine = start({ workerUrl: mortal, onLoss: (one) => lost.push(one) })
    const gone = join(await temporaryFolder(), 'gone.onnx')
    await copyFile(path, gone)
    await engine.load({ modelId: 'iris', path })
    await engine.load({ modelId: 'gone', path: gone })
    await rm(gone)
    await expect(engine.run({ modelId: 'deadly', inputs: {}, outputs: [] })).rejects.toBeInstanceOf(EngineDied)
    await engine.restored()
    expect(lost).toMatchObject([{ modelId: 'gone', error: { message: expect.stringContaining('gone.onnx') } }])
    await expect(engine.run({ modelId: 'gone', inputs: row(), outputs })).rejects.toBeInstanceOf(ModelLost)
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).resolves.toBeDefined()
    await copyFile(path, gone)
    await engine.load({ modelId: 'gone', path: gone })
    await expect(engine.run({ modelId: 'gone', inputs: row(), outputs })).resolves.toBeDefined()
  })

  it('gives up a model that kills the process which loads it again', async () => {
    const lost: string[] = []
    const deaths: EngineDied[] = []
    const mortal = new URL('../support/mortal-worker.ts', import.meta.url)
    const engine = start({
      workerUrl: mortal,
      onDeath: (error) => deaths.push(error),
      onLoss: ({ modelId }) => lost.push(modelId),
    })
    const fragile = join(await temporaryFolder(), 'fragile.onnx')
    await copyFile(path, fragile)
    await engine.load({ modelId: 'fragile', path: fragile })
    await rm(fragile)
    await expect(engine.run({ modelId: 'deadly', inputs: {}, outputs: [] })).rejects.toBeInstanceOf(EngineDied)
    await expect(engine.run({ modelId: 'fragile', inputs: row(), outputs })).rejects.toBeInstanceOf(ModelLost)
    expect(lost).toEqual(['fragile'])
    await engine.load({ modelId: 'iris', path })
    // Once over the run, and three times over the load: a process that was ended from outside had done nothing wrong.
    expect(deaths).toHaveLength(4)
  })

  it('loses no model when its process is ended twice more while it is loaded again', async () => {
    const lost: string[] = []
    const deaths: EngineDied[] = []
    const fragile = join(await temporaryFolder(), 'fragile.onnx')
    const mortal = new URL('../support/mortal-worker.ts', import.meta.url)
    const onDeath = (error: EngineDied) => {
      deaths.push(error)
      if (deaths.length === 3) copyFileSync(path, fragile)
    }
    const engine = start({ workerUrl: mortal, onDeath, onLoss: ({ modelId }) => lost.push(modelId) })
    await copyFile(path, fragile)
    await engine.load({ modelId: 'fragile', path: fragile })
    await rm(fragile)
    await expect(engine.run({ modelId: 'deadly', inputs: {}, outputs: [] })).rejects.toBeInstanceOf(EngineDied)
    await expect(engine.run({ modelId: 'fragile', inputs: row(), outputs })).resolves.toBeDefined()
    expect([deaths.length, lost]).toEqual([3, []])
  })

  it('keeps the models that waited behind the one that kills the process which loads it again', async () => {
    const lost: string[] = []
    const mortal = new URL('../support/mortal-worker.ts', import.meta.url)
    const engine = start({ workerUrl: mortal, onLoss: ({ modelId }) => lost.push(modelId) })
    const fragile = join(await temporaryFolder(), 'fragile.onnx')
    await copyFile(path, fragile)
    for (const [modelId, file] of Object.entries({ before: path, fragile, behind: path }))
      await engine.load({ modelId, path: file })
    await rm(fragile)
    await expect(engine.run({ modelId: 'deadly', inputs: {}, outputs: [] })).rejects.toBeInstanceOf(EngineDied)
    for (const modelId of ['behind', 'before'])
      await expect(engine.run({ modelId, inputs: row(), outputs })).resolves.toBeDefined()
    expect(lost).toEqual(['fragile'])
  })

  it('does not start a process again and again that cannot start', async () => {
    const deaths: EngineDied[] = []
    const absent = new URL('./absent-worker.ts', import.meta.url)
    const engine = start({ workerUrl: absent, onDeath: (error) => deaths.push(error) })
    await expect(engine.load({ modelId: 'iris', path })).rejects.toBeInstanceOf(EngineDied)
    expect(deaths).toHaveLength(1)
  })

  it('is told at once of a process that is killed from outside, and replaces it', async () => {
    const deaths: EngineDied[] = []
    const engine = start({ onDeath: (error) => deaths.push(error) })
    await engine.load({ modelId: 'iris', path })
    const { pid = 0 } = engine
    process.kill(pid, 'SIGKILL')
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).rejects.toThrow('SIGKILL')
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).resolves.toBeDefined()
    expect(engine.pid).not.toBe(pid)
    expect(deaths).toHaveLength(1)
  })

  it('says of a process that was killed how long it usually takes until another can be given work', async () => {
    const deaths: EngineDied[] = []
    const neighbours = strangers()
    const engine = start({ neighbours, onDeath: (error) => deaths.push(error) })
    await engine.load({ modelId: 'iris', path })
    const kill = async () => {
      const { pid = 0 } = engine
      const killedMs = performance.now()
      process.kill(pid, 'SIGKILL')
      await expect.poll(() => engine.pid).not.toBe(pid)
      await engine.run({ modelId: 'iris', inputs: row(), outputs })
      return performance.now() - killedMs
    }
    const tookMs = await kill()
    // Until then only a start without models was seen, which also takes longer than nothing.
    expect(deaths[0]?.backInMs).toBeGreaterThan(5)
    await kill()
    expect(deaths[1]?.backInMs).toBeGreaterThan(5)
    expect(deaths[1]?.backInMs).toBeLessThan(tookMs)
  })

  it('fails only the bad one of runs that it was handed together', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    const bad: Tensors = { X: { type: 'float32', dims: [1, 3], data: new Float32Array(3) } }
    const asked = [row(), bad, row()].map((inputs) => engine.run({ modelId: 'iris', inputs, outputs }))
    const ended = await Promise.allSettled(asked)
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('finishes what it was asked before it leaves', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    const answers = [1, 2, 3].map(() => engine.run({ modelId: 'iris', inputs: row(), outputs }))
    await engine.restored()
    const { pid = 0 } = engine
    await engine.close()
    expect(await Promise.all(answers)).toHaveLength(3)
    expect(isAlive(pid)).toBe(false)
  })

  it.each([
    { state: 'that is idle', worker: 'mortal-worker' },
    // Without setpriv nothing ends this one.
    ...(existsSync('/usr/bin/setpriv') ? [{ state: 'in a run that never ends', worker: 'endless-worker' }] : []),
  ])('leaves no process $state behind when the service is killed', async ({ worker }) => {
    const host = fork(new URL('../support/engine-host.ts', import.meta.url), [worker])
    const [{ pid }] = (await once(host, 'message')) as [{ pid: number }]
    expect(isAlive(pid)).toBe(true)
    host.kill('SIGKILL')
    await eventually(
      async () => isAlive(pid),
      (alive) => !alive,
    )
  })

  it('gives the same numbers with the threads of every core as with its own', async () => {
    const engine = start({ loneThreads: 2 })
    const tiny = join(fixtureModel('slipway-tests/tiny-embedder'), 'onnx/model.onnx')
    await engine.load({ modelId: 'tiny', path: tiny })
    const inputs = (): Tensors =>
      Object.fromEntries(
        ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => [
          name,
          { type: 'int64', dims: [2, 3], data: BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 1n) },
        ]),
      )
    const asked = { modelId: 'tiny', outputs: ['last_hidden_state'] }
    const own = await engine.run({ ...asked, inputs: inputs(), threads: 'own' })
    const all = await engine.run({ ...asked, inputs: inputs(), threads: 'all' })
    expect(all).toEqual(own)
  })

  it('refuses work after it was closed', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    await engine.close()
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).rejects.toThrow('closed')
  })
})
