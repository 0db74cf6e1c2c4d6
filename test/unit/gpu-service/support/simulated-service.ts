import { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import type { BatcherOptions } from '../../../../gpu-service/batcher/batcher-options.ts'
import type { RunShape } from '../../../../gpu-service/batcher/cost-model.ts'
import { type Engine, EngineDied } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import { VirtualTime } from './virtual-time.ts'

export interface SimulatedInput {
  size: number
  group: string
  key: string
  /** The effect of running it. */
  nature: 'harmless' | 'poisoned' | 'deadly'
}

export interface SimulatedRun {
  inputs: readonly SimulatedInput[]
  startedMs: number
  engine: Engine
}

export interface SimulatedOptions {
  engines: number
  msOf: (shape: RunShape) => number
  /** The run time relative to the prediction of `msOf`. */
  noise?: (engine: Engine) => number
  /** How long this process is too busy to notice that a run ended. */
  lateMs?: number
  /** Whether the engines have run before, so that their speed is known. */
  isWarm?: boolean
  limits?: Partial<BatcherOptions<SimulatedInput, string>['limits']>
  onRun?: (run: SimulatedRun) => void
  isShared?: boolean
}

export const simulatedLimits = {
  ...{ costMax: 384, itemsMax: 64, wasteMax: 0.06, runMsMax: 50 },
  ...{ queuedMax: 8192, waitMsMax: 2000, engineMsMax: 60_000 },
}

const restartMs = 300

/** The real batcher and engine pool on a virtual clock, with engines that only take time. */
export function simulatedService(options: SimulatedOptions) {
  const { engines, msOf, noise = () => 1, lateMs = 0, isWarm = true, limits, onRun, isShared = true } = options

  const time = new VirtualTime()
  const restored = new Map<Engine, Promise<void>>()
  const pool = new EnginePool({
    now: time.now,
    engines: Array.from({ length: engines }, () => {
      const engine: Engine = {
        load: async () => {},
        run: () => Promise.reject(new Error('unused')),
        unload: async () => {},
        restored: async () => restored.get(engine),
        close: async () => {},
      }
      return engine
    }),
  })
  const tally = { runs: 0, runMs: 0, items: 0, realUnits: 0, paddedUnits: 0, reused: 0, refused: 0, split: 0, died: 0 }
  const ignore = () => {}
  const batcher: Batcher<SimulatedInput, string> = new Batcher({
    async run(inputs, engine, how) {
      const longest = Math.max(...inputs.map(({ size }) => size))
      const takesMs = msOf({ items: inputs.length, longest }) * noise(engine)
      onRun?.({ inputs, startedMs: time.nowMs, engine })
      if (inputs.some(({ nature }) => nature === 'deadly')) {
        await time.wait(takesMs / 2)
        restored.set(engine, time.wait(restartMs))
        throw new EngineDied('a simulated engine died')
      }
      await time.wait(takesMs)
      how?.watch?.ran(takesMs)
      if (lateMs > 0) await time.wait(lateMs)
      if (inputs.some(({ nature }) => nature === 'poisoned')) throw new Error('a simulated input is out of range')
      tally.runs++
      tally.runMs += takesMs
      tally.items += inputs.length
      tally.realUnits += inputs.reduce((total, { size }) => total + size, 0)
      tally.paddedUnits += longest * inputs.length
      return inputs.map(({ key }) => `answer to ${key}`)
    },
    sizeOf: ({ size }) => size,
    groupOf: ({ group }) => group,
    keyOf: isShared ? ({ key }) => key : undefined,
    limits: { ...simulatedLimits, ...limits },
    scheduler: {
      wake: () => pool.wake(),
      waitMs: (aheadMs) => pool.waitMs(batcher, aheadMs),
      engineCount: pool.engineCount,
    },
    observe: {
      ...{ depth: ignore, ran: ignore, answered: ignore, failed: ignore, dropped: ignore, expired: ignore },
      refused: (items) => {
        tally.refused += items
      },
      reused: () => tally.reused++,
      retried: (reason) => tally[reason === 'split' ? 'split' : 'died']++,
    },
    now: time.now,
    timers: time.timers,
  })
  pool.add(batcher)
  const warmUp = [
    [1, 1],
    [16, 24],
    [3, 128],
  ] as const
  for (const [items, longest] of isWarm ? warmUp : [])
    batcher.learn({ items, cost: items * longest, runMs: msOf({ items, longest }) })
  return { time, pool, batcher, tally }
}
