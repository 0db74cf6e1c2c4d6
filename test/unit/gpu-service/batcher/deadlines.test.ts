import { describe, expect, it } from 'vitest'
import { Deadlines } from '../../../../gpu-service/batcher/deadlines.ts'
import { AppError } from '../../../../shared/errors.ts'
import { manualBatcher, settled } from '../support/manual-batcher.ts'
import { VirtualTime } from '../support/virtual-time.ts'

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error))

function start(limits = {}) {
  const time = new VirtualTime()
  const made = manualBatcher<number>({
    now: time.now,
    timers: time.timers,
    sizeOf: (size) => size,
    limits: { costMax: 100, itemsMax: 10, ...limits },
  })
  /** How a request ended, and when. */
  const ask = (size: number, deadlineMs: number) =>
    made.batcher
      .submit(size, { deadlineMs })
      .then(() => 'answered', codeOf)
      .then((how) => [how, time.nowMs])
  return { ...made, time, ask }
}

describe('a deadline', () => {
  it('expires queued work on time, not when the running batch ends', async () => {
    const { ask, pull, runs, time, counts, batcher } = start({ itemsMax: 1 })
    const running = ask(1, 10_000)
    void pull()
    const late = ask(1, 30)
    const patient = ask(1, 5000)
    await time.runTo(1000)
    expect(await late).toEqual(['deadline_exceeded', 30])
    expect(counts.expired).toBe(1)
    expect(batcher.depth).toBe(1)
    await runs[0]?.finish()
    void pull()
    await runs[1]?.finish()
    expect(await running).toEqual(['answered', 1000])
    expect(await patient).toEqual(['answered', 1000])
    expect(runs).toHaveLength(2)
  })

  it('expires running work on time too, and discards the answer that comes later', async () => {
    const { ask, pull, runs, time, counts } = start()
    const late = ask(1, 30)
    void pull()
    await time.runTo(100)
    expect(await late).toEqual(['deadline_exceeded', 30])
    await runs[0]?.finish()
    expect(counts).toMatchObject({ expired: 1, answered: 0 })
  })

  it('keeps expired work from running even if a busy event loop delayed the timer', async () => {
    const { ask, pull, runs, time } = start()
    const late = ask(1, 30)
    time.nowMs = 40
    await pull()
    expect(runs).toHaveLength(0)
    expect(await late).toEqual(['deadline_exceeded', 40])
  })

  it('that has already passed is refused at once', async () => {
    const { ask, time } = start()
    time.nowMs = 50
    expect(await ask(1, 50)).toEqual(['deadline_exceeded', 50])
  })

  it('is not retryable if even an idle server would miss it, and retryable if only the queue makes it late', async () => {
    const { batcher, ask } = start()
    batcher.learn({ cost: 10, runMs: 100 })
    await expect(batcher.submit(10, { deadlineMs: 60 })).rejects.toMatchObject({
      code: 'deadline_exceeded',
      status: 504,
      retryable: false,
    })
    void ask(50, 10_000)
    await expect(batcher.submit(10, { deadlineMs: 300 })).rejects.toMatchObject({
      code: 'overloaded',
      status: 429,
      retryAfterSeconds: 0.5,
    })
    void ask(10, 2000)
    expect(batcher.depth).toBe(2)
  })

  it('is missed by an idle server if its engines together, or the one with the longest input, need longer', async () => {
    const scheduler = { wake() {}, waitMs: () => 0, engineCount: 4 }
    const { batcher } = manualBatcher<number>({ sizeOf: (size) => size, scheduler, limits: { costMax: 100 } })
    batcher.learn({ cost: 10, runMs: 100 })
    const submit = (count: number, deadlineMs: number) => batcher.submitAll(Array(count).fill(10), { deadlineMs })
    await expect(submit(8, 150)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    await expect(submit(1, 50)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    void submit(4, 150)
    expect(batcher.depth).toBe(4)
  })

  it('is at most the configured timeout, for callers who set none or a later one', async () => {
    const { batcher, ask, time } = start({ requestTimeoutMs: 100 })
    const silent = batcher.submit(1).catch((error) => [codeOf(error), time.nowMs])
    const [patient, hasty] = [ask(1, 5000), ask(1, 50)]
    await time.runTo(1000)
    expect(await hasty).toEqual(['deadline_exceeded', 50])
    expect(await Promise.all([silent, patient])).toEqual(Array(2).fill(['deadline_exceeded', 100]))
  })

  it('removes all waiting inputs of a request together', async () => {
    const { batcher, time } = start()
    const request = batcher.submitAll([1, 2, 3], { deadlineMs: 5 }).catch(codeOf)
    await time.runTo(5)
    expect(await request).toBe('deadline_exceeded')
    expect(batcher.depth).toBe(0)
  })
})

describe('Deadlines', () => {
  it('keeps one timer, for the earliest deadline, and forgets what is settled', async () => {
    const time = new VirtualTime()
    let timers = 0
    const told: number[] = []
    const deadlines = new Deadlines<{ deadlineMs: number; place: number }>({
      expired: ({ deadlineMs }) => told.push(deadlineMs),
      now: time.now,
      timers: {
        start: (callback, delayMs) => {
          timers++
          return time.timers.start(() => {
            timers--
            callback()
          }, delayMs)
        },
        stop: (timer) => {
          timers--
          time.timers.stop(timer)
        },
      },
    })
    const bounds = [600, 20, 400, 30, 500].map((deadlineMs) => ({ deadlineMs, place: -1 }))
    for (const bound of bounds) {
      deadlines.add(bound)
      expect(timers).toBe(1)
    }
    if (bounds[2]) deadlines.remove(bounds[2])
    await time.runTo(510)
    expect(told).toEqual([20, 30, 500])
    if (bounds[0]) deadlines.remove(bounds[0])
    expect([deadlines.size, timers]).toEqual([0, 0])
    await settled()
  })
})
