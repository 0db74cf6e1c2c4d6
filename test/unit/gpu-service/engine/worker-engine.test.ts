import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensors } from '../../../../gpu-service/engine/engine.ts'
import { eventually } from '../../../support/eventually.ts'
import { isAlive } from '../../../support/is-alive.ts'
import { fixtureModel } from '../support/folders.ts'
import { outputs, path, row, useEngines } from '../support/worker-engines.ts'

const start = useEngines()

describe('WorkerEngine', () => {
  it('runs a real graph and returns only the outputs asked for', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    const answer = await engine.run({ modelId: 'iris', inputs: row(), outputs: ['output_label'] })
    expect(Object.keys(answer)).toEqual(['output_label'])
    expect(answer.output_label).toMatchObject({ type: 'int64', dims: [1], data: BigInt64Array.of(0n) })
  })

  it('runs at a lower priority than the HTTP process', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    expect(getPriority(engine.pid) - getPriority()).toBe(5)
  })

  it('holds many models and unloads one without touching the others', async () => {
    const engine = start()
    await engine.load({ modelId: 'one', path })
    await engine.load({ modelId: 'two', path })
    await engine.unload({ modelId: 'one' })
    await expect(engine.run({ modelId: 'one', inputs: row(), outputs })).rejects.toThrow('not loaded')
    await expect(engine.run({ modelId: 'two', inputs: row(), outputs })).resolves.toBeDefined()
  })

  it('reports why a file could not be loaded, and goes on', async () => {
    const engine = start()
    await expect(engine.load({ modelId: 'bad', path: import.meta.filename })).rejects.toThrow()
    await expect(engine.load({ modelId: 'iris', path })).resolves.toBeUndefined()
  })

  it('rejects an input of the wrong shape without dying', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    const inputs: Tensors = { X: { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) } }
    await expect(engine.run({ modelId: 'iris', inputs, outputs })).rejects.toThrow(/dimension/i)
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).resolves.toBeDefined()
  })

  it('fails only the bad one of several runs handed over together', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    const bad: Tensors = { X: { type: 'float32', dims: [1, 3], data: new Float32Array(3) } }
    const asked = [row(), bad, row()].map((inputs) => engine.run({ modelId: 'iris', inputs, outputs }))
    const ended = await Promise.allSettled(asked)
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('finishes its work before it closes', async () => {
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
    // Without setpriv nothing would end this one.
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

  it('refuses work once closed', async () => {
    const engine = start()
    await engine.load({ modelId: 'iris', path })
    await engine.close()
    await expect(engine.run({ modelId: 'iris', inputs: row(), outputs })).rejects.toThrow('closed')
  })
})
