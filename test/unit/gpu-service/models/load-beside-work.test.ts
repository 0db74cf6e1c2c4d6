import { expect, it } from 'vitest'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { loadIntoEngines } from '../../../../gpu-service/models/load-into-engines.ts'
import { settled } from '../support/manual-batcher.ts'

/** Engines whose loads end when the test ends them, and a queue that records which engines got its work. */
function start({ engineCount }: { engineCount: number }) {
  const loads: (() => void)[] = []
  const workedBy: number[] = []
  const engines = Array.from({ length: engineCount }, (): Engine => {
    const nothing = () => Promise.resolve()
    const load = () => new Promise<void>((resolve) => loads.push(resolve))
    return { load, run: () => Promise.resolve({}), unload: nothing, restored: nothing, close: nothing }
  })
  const pool = new EnginePool({ engines })
  let waiting = 0
  pool.add({
    get headSinceMs() {
      return waiting > 0 ? 1 : undefined
    },
    backlogMs: 0,
    async work(engine) {
      waiting--
      workedBy.push(engines.indexOf(engine))
    },
    idle: () => Promise.resolve(),
  })
  const opened = { graphs: { main: 'main.onnx', other: 'other.onnx' }, warmUp: [] }
  const entering = loadIntoEngines({ modelId: 'new', opened, pool, file: 'main.onnx', fileBytes: 1 })
  const ask = async () => {
    waiting++
    pool.wake()
    await settled()
    await settled()
  }
  return { entering, loads, workedBy, ask }
}

it('gives work to the engines that are not loading', async () => {
  const { entering, loads, workedBy, ask } = start({ engineCount: 2 })
  for (let graph = 0; graph < 2; graph++) {
    await ask()
    loads.shift()?.()
    await settled()
  }
  expect(workedBy).toEqual([1, 1])
  for (let graph = 0; graph < 2; graph++) {
    await ask()
    loads.shift()?.()
    await settled()
  }
  expect(workedBy).toEqual([1, 1, 0, 0])
  await entering
})

it('runs work between the steps of a load if there is only one engine', async () => {
  const { entering, loads, workedBy, ask } = start({ engineCount: 1 })
  await ask()
  expect(workedBy).toEqual([])
  loads.shift()?.()
  await settled()
  expect(workedBy).toEqual([0])
  loads.shift()?.()
  await entering
})
