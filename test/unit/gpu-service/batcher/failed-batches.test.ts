import { describe, expect, it } from 'vitest'
import { AppError, errors } from '../../../../shared/errors.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error))

describe('a batch that fails', () => {
  it('is halved until only the poisoned input fails, in 2 log n runs', async () => {
    const { batcher, runs, counts, pull } = manualBatcher<number>({
      limits: { costMax: 64, queuedMax: 100 },
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

  it('answers its good half at once, without waiting for the other half', async () => {
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

  it('does not run a half whose callers timed out or left while the other half ran', async () => {
    const { batcher, runs, clock, pull } = manualBatcher<string>({ limits: { costMax: 4 } })
    const leaving = new AbortController()
    const answers = [
      batcher.submit('poison'),
      batcher.submit('slow'),
      batcher.submit('late', { deadlineMs: 100 }),
      batcher.submit('gone', { signal: leaving.signal }),
    ].map((answer) => answer.then(({ output }) => output, codeOf))
    const working = pull()
    await runs[0]?.fail(new Error('no'))
    clock.nowMs = 200
    leaving.abort()
    await runs[1]?.finish()
    await working
    expect(await Promise.all(answers)).toEqual(['poison', 'slow', 'deadline_exceeded', 'client_closed'])
    expect(runs.map(({ inputs }) => inputs.length)).toEqual([4, 2])
  })

  it('is not halved if the failure has nothing to do with its inputs', async () => {
    const { batcher, runs, pull } = manualBatcher<string>()
    const answers = ['a', 'b'].map((input) => batcher.submit(input).catch(codeOf))
    void pull()
    await runs[0]?.fail(errors.modelNotReady('m', 'LOADING'))
    expect(await Promise.all(answers)).toEqual(['model_not_ready', 'model_not_ready'])
    expect(runs).toHaveLength(1)
  })

  const outOfMemory = new Error(
    'BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 9',
  )
  it.each([
    ['shared with other processes, later', true, outOfMemory, { code: 'engine_memory_short', status: 503 }],
    ['of its own, never', false, outOfMemory, { code: 'inference_failed', status: 422 }],
    ['shared but not short, never', true, new Error('no'), { code: 'inference_failed', status: 422 }],
  ])(
    'is halved if memory runs out; the input that does not fit alone fails: in memory %s',
    async (_which, sharesMemory, failure, told) => {
      const { batcher, runs, pull } = manualBatcher<string>({ sharesMemory: () => sharesMemory })
      const small = batcher.submit('small')
      const large = batcher.submit('large').catch((error) => error)
      void pull()
      await runs[0]?.fail(failure)
      await runs[1]?.finish()
      expect((await small).output).toBe('small')
      await runs[2]?.fail(failure)
      expect(await large).toMatchObject({ ...told, retryable: sharesMemory && told.status === 503 })
    },
  )

  it('fails the whole request, and does not run the rest of it', async () => {
    const { batcher, runs, counts, pull } = manualBatcher<string>({
      limits: { costMax: 1, itemsMax: 1, queuedMax: 10 },
    })
    const answer = batcher.submitAll(['poison', 'b', 'c']).catch(codeOf)
    void pull()
    await runs[0]?.fail(new Error('no'))
    expect(await answer).toBe('inference_failed')
    expect(batcher.depth).toBe(0)
    expect(counts).toMatchObject({ failed: 1, dropped: 2 })
  })

  it.each([[[]], [['one']], [['one', 'two', 'three']]])(
    'answers nobody from a run of two inputs with the outputs %j, and fails if that happens to one alone',
    async (outputs) => {
      const { batcher, runs, pull } = manualBatcher<string>()
      const answers = ['a', 'b'].map((input) => batcher.submit(input).then(({ output }) => output, codeOf))
      void pull()
      await runs[0]?.finish(outputs)
      await runs[1]?.finish(outputs.slice(1))
      await runs[2]?.finish(['B'])
      expect(await Promise.all(answers)).toEqual(['inference_failed', 'B'])
    },
  )
})
