import { describe, expect, it } from 'vitest'
import { EngineDied, ModelHung } from '../../../../gpu-service/engine/engine.ts'
import { AppError, errors } from '../../../../shared/errors.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const died = () => new EngineDied('the engine died')

function start(names: string[]) {
  const made = manualBatcher<string>()
  const leaving = new Map(names.map((name) => [name, new AbortController()]))
  const answers = names.map((name) =>
    made.batcher.submit(name, { signal: leaving.get(name)?.signal as AbortSignal }).then(
      ({ output }) => output,
      (error) => (error instanceof AppError ? error.code : String(error)),
    ),
  )
  const ran = () => made.runs.map(({ inputs }) => inputs.join(''))
  return { ...made, answers, ran, leave: (name: string) => leaving.get(name)?.abort() }
}

describe('a batch whose engine died', () => {
  it('runs once more as a whole, and its callers notice nothing', async () => {
    const { runs, pull, answers, ran, counts } = start(['a', 'b', 'c'])
    const working = pull()
    await runs[0]?.fail(died())
    await working
    void pull()
    await runs[1]?.finish()
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'])
    expect(ran()).toEqual(['abc', 'abc'])
    expect(counts).toMatchObject({ engine_died: 1, failed: 0, answered: 3 })
  })

  it('is offered to the other engines at once', async () => {
    let wakes = 0
    const scheduler = { wake: () => void wakes++, waitMs: (aheadMs: number) => aheadMs, engineCount: 2 }
    const { batcher, runs, pull } = manualBatcher<string>({ scheduler })
    void batcher.submit('a')
    void pull()
    const before = wakes
    await runs[0]?.fail(died())
    expect([wakes, batcher.depth]).toEqual([before + 1, 1])
  })

  it('runs item by item after a second death, so that only the input that kills engines fails', async () => {
    const { runs, pull, answers, ran } = start(['a', 'deadly', 'c'])
    for (let run = 0; run < 5; run++) {
      const working = pull()
      if (runs[run]?.inputs.includes('deadly')) await runs[run]?.fail(died())
      else await runs[run]?.finish()
      await working
    }
    expect(await Promise.all(answers)).toEqual(['a', 'engine_died', 'c'])
    expect(ran()).toEqual(['adeadlyc', 'adeadlyc', 'a', 'deadly', 'c'])
  })

  it('of a single input survives two deaths and fails at the third', async () => {
    const { runs, pull, answers, ran } = start(['deadly'])
    for (let run = 0; run < 3; run++) {
      const working = pull()
      await runs[run]?.fail(died())
      await working
    }
    expect(await Promise.all(answers)).toEqual(['engine_died'])
    expect(ran()).toEqual(['deadly', 'deadly', 'deadly'])
  })

  it.each([
    ['by itself', true, { code: 'input_ends_engine', status: 422, retryable: false }],
    ['from outside', false, { code: 'engine_died', status: 503, retryable: true, retryAfterSeconds: 3 }],
  ])(
    'fails its input as its own fault or tells it to retry, depending on the cause: the engine ended %s',
    async (_how, isByItself, told) => {
      const { batcher, runs, pull } = manualBatcher<string>()
      const answer = batcher.submit('a').catch((error) => error)
      for (let run = 0; run < 3; run++) {
        const working = pull()
        const error = new EngineDied('the engine died', { isByItself })
        error.backInMs = 2400
        await runs[run]?.fail(error)
        await working
      }
      expect(await answer).toMatchObject(told)
    },
  )

  it('runs before everything else in the queue, without the callers who have left', async () => {
    const { batcher, runs, pull, ran, answers, leave } = start(['a', 'b'])
    const working = pull()
    const late = batcher.submit('late')
    await runs[0]?.fail(died())
    await working
    expect(batcher.depth).toBe(3)
    leave('a')
    void pull()
    await runs[1]?.finish()
    void pull()
    await runs[2]?.finish()
    expect(await Promise.all([...answers, late.then(({ output }) => output)])).toEqual(['client_closed', 'b', 'late'])
    expect(ran()).toEqual(['ab', 'b', 'late'])
  })

  it('counts as waiting since it arrived, and is shed with all that arrived as early', async () => {
    const { batcher, clock, runs, pull, answers } = start(['a', 'b'])
    const working = pull()
    clock.nowMs = 50
    void batcher.submit('late')
    await runs[0]?.fail(died())
    await working
    expect([batcher.depth, batcher.headSinceMs]).toEqual([3, 0])
    batcher.shed({ arrivedBeforeMs: 50, refusal: errors.modelNotReady('m', 'LOADING') })
    expect(await Promise.all(answers)).toEqual(['model_not_ready', 'model_not_ready'])
    expect([batcher.depth, batcher.headSinceMs]).toEqual([1, 50])
  })

  it('leaves the batcher idle when all its callers are gone', async () => {
    const { batcher, runs, pull, answers, leave } = start(['a'])
    const working = pull()
    await runs[0]?.fail(died())
    await working
    leave('a')
    expect(await Promise.all(answers)).toEqual(['client_closed'])
    expect(batcher.depth).toBe(0)
    await batcher.idle()
    await pull()
    expect(runs).toHaveLength(1)
  })

  it('is not run again if the model hung, because that would cost another engine', async () => {
    const { runs, pull, answers, ran } = start(['a', 'b'])
    const working = pull()
    await runs[0]?.fail(new ModelHung('it did not end'))
    await working
    expect(await Promise.all(answers)).toEqual(['run_never_ended', 'run_never_ended'])
    expect(ran()).toEqual(['ab'])
  })
})
