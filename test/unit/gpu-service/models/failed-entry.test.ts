import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { enterEngines } from '../../../../gpu-service/models/engine-copies.ts'

/** An engine that tells which models it holds. */
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
  enterEngines({
    ...{ modelId: 'model', file: 'model.onnx', fileBytes: 1, isKnown: true, pool },
    opened: { graphs: { main: '/model.onnx' }, warmUp: [] },
  })

it('leaves no copy of a model that one engine could not load, in one that was busy meanwhile', async () => {
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

it('leaves no copy of a model that one engine could not load, in one that was loading it just then', async () => {
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
