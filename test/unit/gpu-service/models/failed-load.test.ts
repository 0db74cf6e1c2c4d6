import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { loadIntoEngines } from '../../../../gpu-service/models/load-into-engines.ts'

/** An engine that records which models it holds. */
function engineThatHolds(held: Set<string>, load: () => Promise<void>): Engine {
  return {
    async load({ modelId }) {
      await load()
      held.add(modelId)
    },
    async unload({ modelId }) {
      held.delete(modelId)
    },
    run: async () => ({}),
    restored: async () => {},
    close: async () => {},
  }
}

const fails = () => Promise.reject(new Error('no memory'))
const enter = (pool: EnginePool) =>
  loadIntoEngines({
    ...{ modelId: 'model', file: 'model.onnx', fileBytes: 1, isKnown: true, pool },
    opened: { graphs: { main: '/model.onnx' }, warmUp: [] },
  })

it('leaves no copy in a busy engine if another engine failed to load the model', async () => {
  const held = new Set<string>()
  const busy = engineThatHolds(held, async () => {})
  const pool = new EnginePool({ engines: [engineThatHolds(held, fails), busy] })
  const run = Promise.withResolvers<void>()
  const lent = pool.lend(busy, () => run.promise)
  const failed = expect(enter(pool)).rejects.toMatchObject({ code: 'unsupported_model' })
  await nextTurn()
  run.resolve()
  await Promise.all([failed, lent])
  await nextTurn()
  expect(held).toEqual(new Set())
})

it('leaves no copy in an engine that was still loading when another engine failed to load the model', async () => {
  const held = new Set<string>()
  const disk = Promise.withResolvers<void>()
  const pool = new EnginePool({ engines: [engineThatHolds(held, fails), engineThatHolds(held, () => disk.promise)] })
  const failed = expect(enter(pool)).rejects.toMatchObject({ code: 'unsupported_model' })
  await nextTurn()
  disk.resolve()
  await failed
  await nextTurn()
  expect(held).toEqual(new Set())
})
