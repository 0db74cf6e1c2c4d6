import { describe, expect, it } from 'vitest'
import { errors } from '../../../../shared/errors.ts'
import { manualBatcher, settled } from '../support/manual-batcher.ts'

describe('Batcher', () => {
  it('runs a lone request at once, by itself', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    const answer = batcher.submit('a')
    void pull()
    expect(runs.map(({ inputs }) => inputs)).toEqual([['a']])
    await runs[0]?.finish()
    expect(await answer).toMatchObject({ output: 'a', queueMs: 0, batchSize: 1 })
  })

  it('batches what arrives while the engine is busy', async () => {
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

  it('reports to each caller its queue time, its run time and its batch size', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<string>()
    const answers = batcher.submitAll(['a', 'b'])
    clock.nowMs = 7
    void pull()
    clock.nowMs = 12
    await runs[0]?.finish()
    expect(await answers).toEqual(['a', 'b'].map((output) => ({ output, queueMs: 7, runMs: 5, batchSize: 2 })))
  })

  it('is idle only when nothing waits and nothing runs', async () => {
    const { batcher, runs, pull } = manualBatcher<string>({ limits: { itemsMax: 1 } })
    void batcher.submitAll(['a', 'b'])
    let idle = 0
    const count = () => {
      idle++
    }
    const all = [batcher.idle().then(count)]
    void pull()
    await runs[0]?.finish()
    expect(idle).toBe(0)
    void pull()
    all.push(batcher.idle().then(count))
    await settled()
    expect([batcher.depth, idle]).toEqual([0, 0])
    await runs[1]?.finish()
    await Promise.all(all)
    await batcher.idle()
  })

  it('charges all tokens of a request once it is admitted, and queues nothing if they cannot be paid', async () => {
    const charged: number[] = []
    const { batcher } = manualBatcher<string>({ tokensOf: (input) => input.length, limits: { queuedMax: 3 } })
    const charge = (tokens: number) => {
      charged.push(tokens)
      if (tokens > 10) throw errors.rateLimited('10 tokens', 1)
    }
    void batcher.submitAll(['one', 'three'], { charge })
    await expect(batcher.submitAll(['one', 'too many'], { charge })).rejects.toMatchObject({ code: 'overloaded' })
    await expect(batcher.submit('far too many', { charge })).rejects.toMatchObject({ code: 'rate_limited' })
    expect([charged, batcher.depth]).toEqual([[8, 12], 2])
  })

  it('becomes idle when the last caller leaves before its work runs', async () => {
    const { batcher } = manualBatcher<string>()
    const leaving = new AbortController()
    const gone = batcher.submit('a', { signal: leaving.signal }).catch(({ code }) => code)
    const closed = batcher.close(errors.modelNotReady('a', 'it was given up'))
    leaving.abort()
    await closed
    expect(await gone).toBe('client_closed')
  })

  it('refuses new work once closed, and still answers what was queued', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    const answer = batcher.submit('a')
    const closed = batcher.close(errors.modelNotReady('a', 'it was given up'))
    await expect(batcher.submit('late')).rejects.toMatchObject({ code: 'model_not_ready' })
    void pull()
    await runs[0]?.finish()
    expect((await answer).output).toBe('a')
    await closed
  })

  it('answers a request only when all of its inputs are computed', async () => {
    const { batcher, runs, pull } = manualBatcher<string>({ limits: { itemsMax: 1 } })
    let answered: unknown[] | undefined
    const answer = batcher.submitAll(['a', 'b']).then((results) => {
      answered = results.map(({ output }) => output)
    })
    void pull()
    await runs[0]?.finish()
    expect(answered).toBeUndefined()
    void pull()
    await runs[1]?.finish()
    await answer
    expect(answered).toEqual(['a', 'b'])
  })

  it('answers each of 20,000 items with its own output', async () => {
    const { batcher, runs, pull } = manualBatcher<number>({
      limits: {
        costMax: 64,
        itemsMax: 64,
        wasteMax: 0.1,
        runMsMax: 50,
        queuedMax: 30_000,
        waitMsMax: 1000,
        engineMsMax: 60_000,
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
})
