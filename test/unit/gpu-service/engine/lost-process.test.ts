import { copyFileSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EngineDied, type LostModel, ModelLost } from '../../../../gpu-service/engine/engine.ts'
import { newEngineGroup } from '../../../../gpu-service/engine/engine-group.ts'
import { temporaryFolder } from '../support/folders.ts'
import { outputs, path, row, useEngines } from '../support/worker-engines.ts'

const start = useEngines()

describe('an engine process that ends', () => {
  it('fails its work, and is replaced by one with the same models loaded', async () => {
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

  it('reports the models that its replacement could not load, and why, and runs the others', async () => {
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

  it('gives up a model that kills each process that loads it again', async () => {
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
    // Once during the run, and three times during the load: a process killed from outside would not be the model's
    // fault.
    expect(deaths).toHaveLength(4)
  })

  it('loses no model if the process is killed twice more while loading it', async () => {
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

  it('keeps the models loaded after the one that kills its process', async () => {
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

  it('is not restarted if it cannot start at all', async () => {
    const deaths: EngineDied[] = []
    const absent = new URL('./absent-worker.ts', import.meta.url)
    const engine = start({ workerUrl: absent, onDeath: (error) => deaths.push(error) })
    await expect(engine.load({ modelId: 'iris', path })).rejects.toBeInstanceOf(EngineDied)
    expect(deaths).toHaveLength(1)
  })

  it('is noticed at once if killed from outside, and is replaced', async () => {
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

  it('reports how long a restart with models usually takes', async () => {
    const deaths: EngineDied[] = []
    const group = newEngineGroup()
    const engine = start({ group, onDeath: (error) => deaths.push(error) })
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
    // Only a start without models has been seen so far, and even that takes some time.
    expect(deaths[0]?.backInMs).toBeGreaterThan(5)
    await kill()
    expect(deaths[1]?.backInMs).toBeGreaterThan(5)
    expect(deaths[1]?.backInMs).toBeLessThan(tookMs)
  })
})
