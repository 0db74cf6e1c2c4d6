import { describe, expect, it } from 'vitest'
import { AppError, errors } from '../../../../shared/errors.ts'
import { manualBatcher, settled } from '../support/lanes.ts'

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error))

describe('Batcher', () => {
  it('runs a lone request by itself, at once', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    const answer = batcher.submit('a')
    void pull()
    expect(runs.map(({ inputs }) => inputs)).toEqual([['a']])
    await runs[0]?.finish()
    expect(await answer).toMatchObject({ output: 'a', queueMs: 0, batchSize: 1 })
  })

  it('makes batches of what arrives while the engine is busy', async () => {
    const { batcher, runs, pull } = manualBatcher<number>()
    const answers = [batcher.submit(0)]
    const working = pull()
    for (let i = 1; i <= 20; i++) answers.push(batcher.submit(i))
    await runs[0]?.finish()
    await working
    for (let index = 1; batcher.depth > 0; index++) {
      void pull()
      await runs[index]?.finish()
    }
    expect(runs.map(({ inputs }) => inputs.length)).toEqual([1, 8, 6, 6])
    expect((await Promise.all(answers)).map(({ output }) => output)).toEqual(Array.from({ length: 21 }, (_, i) => i))
  })

  it('tells each caller how long it waited, how long it ran and in what company', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<string>()
    const answers = batcher.submitAll(['a', 'b'])
    clock.nowMs = 7
    void pull()
    clock.nowMs = 12
    await runs[0]?.finish()
    expect(await answers).toEqual(['a', 'b'].map((output) => ({ output, queueMs: 7, runMs: 5, batchSize: 2 })))
  })

  it('never runs what its caller has left, and counts it', async () => {
    const { batcher, runs, counts, pull } = manualBatcher<string>()
    const caller = new AbortController()
    const gone = batcher.submit('gone', { signal: caller.signal }).catch(codeOf)
    const stays = batcher.submit('stays')
    caller.abort()
    expect(await gone).toBe('client_closed')
    expect(batcher.depth).toBe(1)
    void pull()
    await runs[0]?.finish()
    expect(runs.map(({ inputs }) => inputs)).toEqual([['stays']])
    expect((await stays).output).toBe('stays')
    expect(counts.dropped).toBe(1)
  })

  it('takes nothing from a caller who left before', async () => {
    const { batcher } = manualBatcher<string>()
    await expect(batcher.submit('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'client_closed' })
    expect(batcher.depth).toBe(0)
  })

  it('lets a poisoned member fail alone, found by halves in 2 log n runs', async () => {
    const { batcher, runs, counts, pull } = manualBatcher<number>({
      limits: {
        costMax: 64,
        itemsMax: 64,
        wasteMax: 0.1,
        runMsMax: 50,
        queuedMax: 100,
        waitMsMax: 1000,
        requestMsMax: 60_000,
      },
    })
    const answers = Array.from({ length: 16 }, (_, input) => batcher.submit(input).then(({ output }) => output, codeOf))
    const working = pull()
    for (let run = 0; run < 9; run++)
      if (runs[run]?.inputs.includes(10)) await runs[run]?.fail(new Error('token out of range'))
      else await runs[run]?.finish()
    await working
    const expected = Array.from({ length: 16 }, (_, input) => (input === 10 ? 'inference_failed' : input))
    expect(await Promise.all(answers)).toEqual(expected)
    expect(runs.map(({ inputs }) => inputs.length)).toEqual([16, 8, 8, 4, 2, 2, 1, 1, 4])
    expect(counts).toMatchObject({ answered: 15, failed: 1, split: 4 })
  })

  it('answers the good half of a failed batch at once, whatever becomes of the other', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<string>()
    const good = batcher.submit('good', { deadlineMs: 100 })
    const poison = batcher.submit('poison').catch(codeOf)
    void pull()
    await runs[0]?.fail(new Error('no'))
    await runs[1]?.finish()
    clock.nowMs = 1000
    expect((await good).output).toBe('good')
    await runs[2]?.fail(new Error('no'))
    expect(await poison).toBe('inference_failed')
  })

  it('does not ask again, in halves, what failed for no reason of its inputs', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    const answers = ['a', 'b'].map((input) => batcher.submit(input).catch(codeOf))
    void pull()
    await runs[0]?.fail(errors.modelNotReady('m', 'LOADING'))
    expect(await Promise.all(answers)).toEqual(['model_not_ready', 'model_not_ready'])
    expect(runs).toHaveLength(1)
  })

  it('fails a request as a whole, and does not run the rest of it', async () => {
    const { batcher, runs, pull } = manualBatcher<string>({
      limits: {
        costMax: 1,
        itemsMax: 1,
        wasteMax: 0.1,
        runMsMax: 50,
        queuedMax: 10,
        waitMsMax: 1000,
        requestMsMax: 60_000,
      },
    })
    const answer = batcher.submitAll(['poison', 'b', 'c']).catch(codeOf)
    void pull()
    await runs[0]?.fail(new Error('no'))
    expect(await answer).toBe('inference_failed')
    expect(batcher.depth).toBe(0)
  })

  it('fails a batch whose answers are not as many as its inputs', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    const answer = batcher.submit('a').catch(codeOf)
    void pull()
    await runs[0]?.finish([])
    expect(await answer).toBe('inference_failed')
  })

  it('refuses by predicted wait, and says how long to stay away', async () => {
    const { batcher, counts } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 10, runMs: 100 })
    void batcher.submit(150)
    await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded', status: 429, retryAfterSeconds: 1.5 })
    expect(counts.refused).toBe(1)
  })

  it('lets a few runs be waited for, however long they take, and longer by one who brings much work', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 1, runMs: 2000 })
    const first = batcher.submit(1)
    void pull()
    clock.nowMs += 2000
    await runs[0]?.finish()
    await first
    for (let item = 0; item < 8; item++) void batcher.submit(1).catch(() => {})
    await expect(batcher.submit(1)).rejects.toMatchObject({ code: 'overloaded' })
    const { depth } = batcher
    expect(depth).toBeGreaterThanOrEqual(4)
    void batcher.submit(1, { patience: 2 }).catch(() => {})
    expect(batcher.depth).toBe(depth + 1)
  })

  it('has little work wait no longer for saying that it is much, as a padded body does', async () => {
    const { batcher } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 10, runMs: 10 })
    batcher.learn({ cost: 1000, runMs: 1000 })
    for (let item = 0; item < 12; item++) void batcher.submit(100, { tenant: 'busy', patience: 4 }).catch(() => {})
    const { depth } = batcher
    expect(batcher.backlogMs).toBeGreaterThan(1100)
    const busy = { tenant: 'busy', patience: 4 }
    await expect(batcher.submit(10, busy)).rejects.toMatchObject({ code: 'overloaded' })
    expect(batcher.depth).toBe(depth)
    void batcher.submitAll(Array<number>(10).fill(100), busy)
    expect(batcher.depth).toBe(depth + 10)
  })

  it('refuses nobody before it knows how fast the model is', async () => {
    const { batcher } = manualBatcher<number>({ sizeOf: (size) => size })
    for (let i = 0; i < 100; i++) void batcher.submit(1_000_000)
    expect(batcher.depth).toBe(100)
  })

  it('admits all inputs of a request or none', async () => {
    const { batcher } = manualBatcher<number>({
      limits: {
        costMax: 8,
        itemsMax: 8,
        wasteMax: 0.1,
        runMsMax: 50,
        queuedMax: 10,
        waitMsMax: 1000,
        requestMsMax: 60_000,
      },
    })
    void batcher.submitAll([1, 2, 3])
    await expect(batcher.submitAll([1, 2, 3, 4, 5, 6, 7, 8])).rejects.toMatchObject({ code: 'overloaded' })
    expect(batcher.depth).toBe(3)
  })

  it('takes a request of any size while nothing waits', () => {
    const { batcher } = manualBatcher<number>({
      limits: {
        costMax: 8,
        itemsMax: 8,
        wasteMax: 0.1,
        runMsMax: 50,
        queuedMax: 10,
        waitMsMax: 1000,
        requestMsMax: 60_000,
      },
    })
    void batcher.submitAll(Array.from({ length: 50 }, (_, i) => i))
    expect(batcher.depth).toBe(50)
  })

  it('refuses a request that alone would hold the engines for longer than one may', async () => {
    const { batcher } = manualBatcher<number>({ sizeOf: (size) => size })
    batcher.learn({ cost: 10, runMs: 100 })
    const tooMuch = batcher.submitAll(Array.from({ length: 100 }, () => 100))
    await expect(tooMuch).rejects.toMatchObject({ code: 'request_too_costly', status: 413 })
    void batcher.submitAll([100, 100])
    expect(batcher.depth).toBe(2)
  })

  it('is idle when nothing waits and nothing runs, not before', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    void batcher.submit('a')
    let isIdle = false
    const idle = batcher.idle().then(() => {
      isIdle = true
    })
    void pull()
    await settled()
    expect(isIdle).toBe(false)
    await runs[0]?.finish()
    await idle
    expect(isIdle).toBe(true)
  })

  it('gives up what has waited too long for its model, and nothing that came later or runs', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<string>({
      limits: {
        costMax: 1,
        itemsMax: 1,
        wasteMax: 0.1,
        runMsMax: 50,
        queuedMax: 10,
        waitMsMax: 1000,
        requestMsMax: 60_000,
      },
    })
    const outcome = (answer: Promise<{ output: unknown }>) => answer.then(({ output }) => output, codeOf)
    const answers = ['runs', 'late'].map((input) => outcome(batcher.submit(input)))
    void pull()
    clock.nowMs = 50
    answers.push(outcome(batcher.submit('young')))
    batcher.shed({ arrivedBeforeMs: 10, refusal: errors.modelNotReady('m', 'LOADING') })
    await runs[0]?.finish()
    void pull()
    await runs[1]?.finish()
    expect(await Promise.all(answers)).toEqual(['runs', 'model_not_ready', 'young'])
  })

  it('refuses what comes after it was closed, and answers what was there', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    const answer = batcher.submit('a')
    const closed = batcher.close(errors.modelNotReady('a', 'it was given up'))
    await expect(batcher.submit('late')).rejects.toMatchObject({ code: 'model_not_ready' })
    void pull()
    await runs[0]?.finish()
    expect((await answer).output).toBe('a')
    await closed
  })

  it('passes 20,000 items without losing one', async () => {
    const { batcher, runs, pull } = manualBatcher<number>({
      limits: {
        costMax: 64,
        itemsMax: 64,
        wasteMax: 0.1,
        runMsMax: 50,
        queuedMax: 30_000,
        waitMsMax: 1000,
        requestMsMax: 60_000,
      },
    })
    const answers = batcher.submitAll(Array.from({ length: 20_000 }, (_, i) => i))
    for (let index = 0; batcher.depth > 0; index++) {
      const working = pull()
      await runs[index]?.finish()
      await working
    }
    expect((await answers).every(({ output }, i) => output === i)).toBe(true)
  })

  it('takes no engine for slow because this process was busy with something else when its answer came', async () => {
    const clock = { nowMs: 0 }
    let end = () => {}
    const { batcher, pull } = manualBatcher<string>({
      now: () => clock.nowMs,
      run: (inputs, _engine, how) =>
        new Promise((resolve) => {
          how?.watch?.began()
          end = () => {
            how?.watch?.ran(1)
            resolve([...inputs])
          }
        }),
    })
    batcher.learn({ cost: 1, runMs: 1 })
    for (let run = 0; run < 5; run++) {
      const answer = batcher.submit('warm')
      void pull()
      clock.nowMs += 400
      end()
      expect((await answer).runMs).toBe(3)
    }
    const refused: unknown[] = []
    // Each waits behind those before it: 300 ms of the 1000 it may, and not 12 s.
    for (let one = 0; one < 100; one++) batcher.submit('one of many').catch((error) => refused.push(error))
    await settled()
    expect(refused).toEqual([])
    expect(batcher.depth).toBe(100)
  })
})
