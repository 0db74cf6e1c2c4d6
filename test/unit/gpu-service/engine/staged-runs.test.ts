import { describe, expect, it } from 'vitest'
import type { Engine } from '../../../../gpu-service/engine/engine.ts'
import { EnginePool } from '../../../../gpu-service/engine/engine-pool.ts'
import type { WorkSource } from '../../../../gpu-service/engine/work-source.ts'
import { WorkerEngine } from '../../../../gpu-service/engine/worker-engine.ts'
import { manualBatcher, settled } from '../support/manual-batcher.ts'
import { VirtualTime } from '../support/virtual-time.ts'

const workerUrl = new URL('../support/endless-worker.ts', import.meta.url)

const engine: Engine = {
  load: () => Promise.resolve(),
  run: () => Promise.resolve({}),
  unload: () => Promise.resolve(),
  restored: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** A queue that never empties; its runs end in order, when the test ends them. */
function endlessQueue({ isWorthStaging }: { isWorthStaging: boolean }) {
  const ends: (() => void)[] = []
  const queue = {
    headSinceMs: 1,
    backlogMs: 1,
    isWorthStaging,
    begun: 0,
    work() {
      queue.begun++
      return new Promise<void>((resolve) => ends.push(resolve))
    },
    idle: () => Promise.resolve(),
    async end() {
      ends.shift()?.()
      await settled()
    },
  } satisfies WorkSource & { begun: number; end(): Promise<void> }
  return queue
}

/** One engine that runs one thing at a time, and two full queues whose runs take 30 and 10 ms. */
function stagedPool() {
  const time = new VirtualTime()
  const runs: string[] = []
  let free = Promise.resolve()
  const pool = new EnginePool({ engines: [engine], stagedMax: 1, now: time.now })
  for (const [name, runMs] of [
    ['long', 30],
    ['short', 10],
  ] as const)
    pool.add({
      headSinceMs: 1,
      backlogMs: 1,
      isWorthStaging: true,
      work(_engine, _free, began = () => {}) {
        const ran = free.then(() => {
          began()
          return time.wait(runMs)
        })
        free = ran
        runs.push(name)
        return ran
      },
      idle: () => Promise.resolve(),
    })
  return { pool, time, runs }
}

async function poolOf(queue: WorkSource, stagedMax?: number) {
  const pool = new EnginePool({ engines: [engine], ...(stagedMax !== undefined && { stagedMax }) })
  pool.add(queue)
  pool.wake()
  await settled()
  return pool
}

describe('a staged run', () => {
  it('is handed over early if a full one waits, one at most, so that the engine never idles between runs', async () => {
    const queue = endlessQueue({ isWorthStaging: true })
    await poolOf(queue, 1)
    expect(queue.begun).toBe(2)
    await queue.end()
    expect(queue.begun).toBe(3)
  })

  it('is not cut while it could still grow', async () => {
    const queue = endlessQueue({ isWorthStaging: false })
    await poolOf(queue, 1)
    expect(queue.begun).toBe(1)
    await queue.end()
    expect(queue.begun).toBe(2)
  })

  it('does not happen on a CPU, where a large run is no faster than two', async () => {
    const queue = endlessQueue({ isWorthStaging: true })
    await poolOf(queue)
    expect(queue.begun).toBe(1)
  })

  it('lets a load have the engine to itself, after what was handed over and before all that follows', async () => {
    const queue = endlessQueue({ isWorthStaging: true })
    const pool = await poolOf(queue, 1)
    const load = Promise.withResolvers<void>()
    let isLent = false
    const lent = pool.lend(engine, () => {
      isLent = true
      return load.promise
    })
    await queue.end()
    expect([isLent, queue.begun]).toEqual([false, 2])
    await queue.end()
    expect([isLent, queue.begun]).toEqual([true, 2])
    load.resolve()
    await lent
    await settled()
    expect(queue.begun).toBe(4)
  })

  it('is not charged before it begins, so that queues of equal weight get equal shares', async () => {
    const { pool, time, runs } = stagedPool()
    pool.wake()
    await settled()
    await time.runTo(1000)
    const [long = 0, short = 0] = ['long', 'short'].map((name) => runs.filter((run) => run === name).length)
    expect((long * 30) / (short * 10)).toBeGreaterThan(0.8)
    expect((long * 30) / (short * 10)).toBeLessThan(1.25)
  })

  it('begins only after the engine has answered the run before it', async () => {
    const worker = new WorkerEngine({ workerUrl, device: 'cpu' })
    const events: string[] = []
    const run = (name: string) =>
      worker.run({
        modelId: 'good',
        inputs: {},
        outputs: [],
        watch: { began: () => events.push(`${name} begins`), ran: () => events.push(`${name} is answered`) },
      })
    const first = run('first')
    await worker.restored()
    await settled()
    const second = run('second')
    await Promise.all([first, second])
    await worker.close()
    expect(events).toEqual(['first begins', 'first is answered', 'second begins', 'second is answered'])
  })

  it('counts as queued until it begins, and only its own run time is learned', async () => {
    let begin = () => {}
    let end = (_: string[]) => {}
    const { batcher, clock, pull } = manualBatcher<string>({
      run: (_inputs, _engine, how) => {
        begin = () => how?.watch?.began()
        return new Promise((resolve) => {
          end = resolve
        })
      },
    })
    batcher.learn({ cost: 1, runMs: 10 })
    const answer = batcher.submit('a')
    void pull()
    clock.nowMs = 30
    begin()
    clock.nowMs = 40
    end(['a'])
    expect(await answer).toMatchObject({ queueMs: 30, runMs: 10 })
    void batcher.submit('b')
    expect(batcher.backlogMs).toBeCloseTo(10, 1)
  })
})
