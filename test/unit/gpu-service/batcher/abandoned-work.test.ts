import { describe, expect, it } from 'vitest'
import { AppError, errors } from '../../../../shared/errors.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error))

describe('abandoned work', () => {
  it('never runs once its caller has left, and is counted as dropped', async () => {
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

  it('is refused at once if its caller left before submitting', async () => {
    const { batcher } = manualBatcher<string>()
    await expect(batcher.submit('a', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'client_closed' })
    expect(batcher.depth).toBe(0)
  })

  it('is shed by age: older waiting work fails, younger and running work goes on', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<string>({
      limits: { costMax: 1, itemsMax: 1, queuedMax: 10 },
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
})
