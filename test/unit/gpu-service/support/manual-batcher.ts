import { Batcher } from '../../../../gpu-service/batcher/batcher.ts'
import type { BatcherOptions } from '../../../../gpu-service/batcher/batcher-options.ts'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'

interface Run<Input> {
  inputs: readonly Input[]
  /** Ends the run with these outputs, by default its inputs. */
  finish(answers?: unknown[]): Promise<void>
  fail(error: Error): Promise<void>
}

/** Lets every pending promise settle without a timer; callers are answered one turn after the end of a run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const noEngine: Engine = {
  load: () => Promise.resolve(),
  run: () => Promise.reject(new Error('unused')),
  unload: () => Promise.resolve(),
  restored: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

const usualLimits = {
  ...{ costMax: 8, itemsMax: 64, wasteMax: 0.1, runMsMax: 50 },
  ...{ queuedMax: 1000, waitMsMax: 1000, engineMsMax: 60_000 },
}

interface ManualOptions<Input> extends Partial<Omit<BatcherOptions<Input, unknown>, 'limits'>> {
  /** The limits that the test is about. */
  limits?: Partial<BatcherOptions<Input, unknown>['limits']>
}

/** A batcher on a fake clock whose runs the test ends by hand. */
export function manualBatcher<Input>({ limits, ...options }: ManualOptions<Input> = {}) {
  const clock = { nowMs: 0 }
  const runs: Run<Input>[] = []
  const counts = {
    refused: 0,
    dropped: 0,
    failed: 0,
    answered: 0,
    expired: 0,
    run: 0,
    cache: 0,
    split: 0,
    engine_died: 0,
  }
  const batcher: Batcher<Input, unknown> = new Batcher<Input, unknown>({
    run: (inputs) =>
      new Promise((resolve, reject) => {
        const end = async (settle: () => void) => {
          settle()
          await settled()
        }
        runs.push({
          inputs,
          finish: (answers = [...inputs]) => end(() => resolve(answers)),
          fail: (error) => end(() => reject(error)),
        })
      }),
    sizeOf: () => 1,
    limits: { ...usualLimits, ...limits },
    scheduler: {
      wake() {},
      waitMs: (aheadMs) => aheadMs,
      engineCount: 1,
    },
    observe: {
      depth() {},
      ran() {},
      answered: () => counts.answered++,
      failed: (items) => {
        counts.failed += items
      },
      dropped: (items) => {
        counts.dropped += items
      },
      refused: (items) => {
        counts.refused += items
      },
      expired: (items) => {
        counts.expired += items
      },
      reused: (from) => counts[from]++,
      retried: (reason) => counts[reason]++,
    },
    now: () => clock.nowMs,
    ...options,
  })
  return { batcher, clock, runs, counts, pull: (freeEngines = 1) => batcher.work(noEngine, freeEngines) }
}
