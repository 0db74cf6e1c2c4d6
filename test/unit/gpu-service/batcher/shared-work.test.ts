import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../shared/errors.ts'
import { manualBatcher } from '../support/manual-batcher.ts'
import { VirtualTime } from '../support/virtual-time.ts'

const limits = { itemsMax: 8 }
const outcome = (answer: Promise<{ output: unknown }>) =>
  answer.then(
    ({ output }) => output,
    (error) => (error instanceof AppError ? error.code : String(error)),
  )
const keyed = (more = {}) => manualBatcher<string>({ keyOf: (input) => input, limits: { ...limits, ...more } })

describe('identical inputs', () => {
  it('that wait together are computed once, for all callers', async () => {
    const { batcher, runs, pull, counts } = keyed()
    const answers = ['same', 'other', 'same', 'other'].map((input) => outcome(batcher.submit(input)))
    const list = batcher.submitAll(['same', 'same'])
    void pull()
    expect(runs[0]?.inputs).toEqual(['same', 'other'])
    await runs[0]?.finish(['S', 'O'])
    expect(await Promise.all(answers)).toEqual(['S', 'O', 'S', 'O'])
    expect((await list).map(({ output }) => output)).toEqual(['S', 'S'])
    expect(counts).toMatchObject({ run: 4, answered: 6 })
  })

  it('join a run already in progress, and are told no more time than they waited', async () => {
    const { batcher, runs, pull, clock } = keyed()
    const first = batcher.submit('same')
    void pull()
    clock.nowMs = 5
    const second = batcher.submit('same')
    expect(batcher.depth).toBe(0)
    clock.nowMs = 9
    await runs[0]?.finish(['S'])
    expect(await second).toEqual({ output: 'S', queueMs: 0, runMs: 4, batchSize: 1 })
    expect((await first).output).toBe('S')
    const third = batcher.submit('same')
    void pull()
    await runs[1]?.finish(['again'])
    expect((await third).output).toBe('again')
  })

  it('join a run that has just ended, with a latency of zero and never a negative one', async () => {
    const latencies: number[] = []
    const observe = {
      depth() {},
      ran() {},
      failed() {},
      dropped() {},
      refused() {},
      expired() {},
      reused() {},
      retried() {},
    }
    const answered = ({ latencyMs }: { latencyMs: number }) => latencies.push(latencyMs)
    const { batcher, runs, pull, clock } = manualBatcher<string>({
      keyOf: (input) => input,
      observe: { ...observe, answered },
    })
    const first = batcher.submit('same')
    void pull()
    clock.nowMs = 5
    const ended = runs[0]?.finish(['S'])
    // After the end of the run, before the batcher has heard of it.
    const second = batcher.submit('same')
    await ended
    expect([(await first).output, (await second).output]).toEqual(['S', 'S'])
    expect(latencies).toEqual([5, 0])
  })

  it('still answer the remaining callers if the first caller leaves, before or during the run', async () => {
    const { batcher, runs, pull, counts } = keyed()
    const leaving = [new AbortController(), new AbortController()] as const
    const gone = leaving.map(({ signal }) => outcome(batcher.submit('same', { signal })))
    const stays = outcome(batcher.submit('same'))
    leaving[0].abort()
    void pull()
    leaving[1].abort()
    await runs[0]?.finish(['S'])
    expect(await Promise.all(gone)).toEqual(['client_closed', 'client_closed'])
    expect(await stays).toBe('S')
    expect(counts.dropped).toBe(2)
  })

  it('are not run once all callers have left, and are computed anew for later ones', async () => {
    const { batcher, runs, pull } = keyed()
    const leaving = new AbortController()
    const gone = [1, 2].map(() => outcome(batcher.submit('same', { signal: leaving.signal })))
    leaving.abort()
    await pull()
    expect(runs).toHaveLength(0)
    expect(await Promise.all(gone)).toEqual(['client_closed', 'client_closed'])
    const again = outcome(batcher.submit('same'))
    void pull()
    await runs[0]?.finish(['S'])
    expect(await again).toBe('S')
  })

  it('keep the deadline of each caller', async () => {
    const time = new VirtualTime()
    const { batcher, runs, pull } = manualBatcher<string>({
      keyOf: (input) => input,
      now: time.now,
      timers: time.timers,
      limits,
    })
    const hasty = outcome(batcher.submit('same', { deadlineMs: 10 }))
    const patient = outcome(batcher.submit('same', { deadlineMs: 1000 }))
    await time.runTo(20)
    expect(await hasty).toBe('deadline_exceeded')
    void pull()
    await runs[0]?.finish(['S'])
    expect(await patient).toBe('S')
  })

  it('run at the best position of any of their callers', async () => {
    const one = { ...limits, costMax: 1, itemsMax: 1 }
    const { batcher, runs, pull } = keyed(one)
    for (const name of ['a', 'b', 'c', 'same']) void batcher.submit(name, { tenant: 'busy', priority: 'bulk' })
    const answer = batcher.submit('same', { tenant: 'quiet' })
    void pull()
    expect(runs[0]?.inputs).toEqual(['same'])
    await runs[0]?.finish()
    expect((await answer).output).toBe('same')
    expect(batcher.depth).toBe(3)
  })

  it('fail for all callers if their one run fails', async () => {
    const { batcher, runs, pull } = keyed()
    const answers = [1, 2].map(() => outcome(batcher.submit('bad')))
    void pull()
    await runs[0]?.fail(new Error('no'))
    expect(await Promise.all(answers)).toEqual(['inference_failed', 'inference_failed'])
    const again = outcome(batcher.submit('bad'))
    void pull()
    await runs[1]?.finish(['good'])
    expect(await again).toBe('good')
  })

  it('add nothing to the backlog, so that they cause no refusals', async () => {
    const { batcher } = keyed()
    batcher.learn({ cost: 1, runMs: 900 })
    for (let caller = 0; caller < 500; caller++) void batcher.submit('same')
    expect(batcher.depth).toBe(500)
    expect(batcher.backlogMs).toBeCloseTo(900)
  })

  it('count once in the cost of a request, and not at all if they already wait', async () => {
    const { batcher } = keyed({ waitMsMax: 10_000, engineMsMax: 1000 })
    batcher.learn({ cost: 1, runMs: 900 })
    void batcher.submitAll(['a', 'a'])
    void batcher.submitAll(['a', 'b'])
    expect(batcher.depth).toBe(4)
    await expect(batcher.submitAll(['c', 'd'])).rejects.toMatchObject({ code: 'request_too_costly' })
  })

  it('count in the backlog until the last caller leaves, in whatever order and queues', async () => {
    const { batcher } = keyed()
    batcher.learn({ cost: 1, runMs: 10 })
    const names = Array.from({ length: 40 }, (_, index) => `${index}`)
    const leaving = ['interactive', 'interactive', 'bulk'].map((priority, index) => {
      const caller = new AbortController()
      const options = { signal: caller.signal, tenant: `tenant${index}`, priority: priority as 'interactive' | 'bulk' }
      batcher.submitAll(names, options).catch(() => {})
      return caller
    })
    expect(batcher.backlogMs).toBeCloseTo(400)
    leaving[0]?.abort()
    expect(batcher.depth).toBe(80)
    expect(batcher.backlogMs).toBeCloseTo(400)
    leaving[1]?.abort()
    expect(batcher.depth).toBe(40)
    expect(batcher.backlogMs).toBeCloseTo(400)
    leaving[2]?.abort()
    expect(batcher.depth).toBe(0)
    expect(batcher.backlogMs).toBeCloseTo(0)
  })

  it('release each of thousands of callers who leave at once', async () => {
    const { batcher } = keyed({ queuedMax: 8192 })
    const callers = Array.from({ length: 8000 }, () => new AbortController())
    const gone = callers.map(({ signal }) => outcome(batcher.submit('same', { signal })))
    for (const caller of callers) caller.abort()
    expect(new Set(await Promise.all(gone))).toEqual(new Set(['client_closed']))
    expect(batcher.depth).toBe(0)
  })
})

describe('the result cache', () => {
  it('is off by default', async () => {
    const { batcher, runs, pull } = keyed()
    void batcher.submit('same')
    void pull()
    await runs[0]?.finish()
    void batcher.submit('same')
    expect(batcher.depth).toBe(1)
  })

  it('answers repeated inputs, up to its item limit', async () => {
    const { batcher, runs, pull, counts } = keyed({ cachedMax: 2 })
    const vector = new Float32Array(8).subarray(2, 4)
    for (const name of ['a', 'b', 'c']) {
      void batcher.submit(name)
      void pull()
      await runs.at(-1)?.finish([vector])
    }
    const kept = await batcher.submit('c')
    expect(kept).toEqual({ output: new Float32Array(2), queueMs: 0, runMs: 0, batchSize: 0 })
    expect((kept.output as Float32Array).buffer.byteLength).toBe(8)
    expect((await batcher.submit('b')).batchSize).toBe(0)
    expect(counts.cache).toBe(2)
    void batcher.submit('a')
    expect(batcher.depth).toBe(1)
  })

  it('answers part of a request and runs the rest', async () => {
    const { batcher, runs, pull } = keyed({ cachedMax: 10 })
    void batcher.submit('a')
    void pull()
    await runs[0]?.finish(['A'])
    const list = batcher.submitAll(['a', 'b'])
    void pull()
    expect(runs[1]?.inputs).toEqual(['b'])
    await runs[1]?.finish(['B'])
    expect((await list).map(({ output }) => output)).toEqual(['A', 'B'])
  })
})
