import { describe, expect, it } from 'vitest'
import { EngineDied } from '../../../../gpu-service/engine/engine.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const onGpu = { costMax: 16_384, itemsMax: 512, queuedMax: 8192 }

describe('a run of a queue that may be staged behind another', () => {
  it('hands over nothing behind a run while there is what an engine died over, and fails nobody but its cause', async () => {
    const { batcher, runs, counts, pull } = manualBatcher<string>({ sizeOf: (input) => input.length })
    const answers = ['poisoned', 'harmless'].map((input) => batcher.submit(input).catch(({ code }) => code))
    void pull()
    void pull()
    // The second lay ready behind the first.
    void runs[0]?.fail(new EngineDied('it died'))
    await runs[1]?.fail(new EngineDied('it died'))
    expect(batcher.isWorthStaging).toBe(false)
    for (let at = 2; batcher.depth > 0; at++) {
      void pull()
      if (runs[at]?.inputs[0] === 'poisoned') await runs[at]?.fail(new EngineDied('it died'))
      else await runs[at]?.finish()
    }
    expect(await Promise.all(answers)).toMatchObject(['engine_died', { output: 'harmless' }])
    expect(counts.failed).toBe(1)
  })

  it('stages a run that is no smaller than the one before, whose callers come again only when it has ended', () => {
    const { batcher, pull } = manualBatcher<string>({ limits: onGpu })
    const ask = (count: number) => void batcher.submitAll(Array.from({ length: count }, (_, index) => `${index}`))
    ask(64)
    expect(batcher.isWorthStaging).toBe(false)
    void pull()
    ask(63)
    expect(batcher.isWorthStaging).toBe(false)
    ask(1)
    expect(batcher.isWorthStaging).toBe(true)
  })

  it('stages no small run, which gains by what still comes', () => {
    const { batcher, pull } = manualBatcher<string>({ limits: onGpu })
    void batcher.submit('first')
    void pull()
    void batcher.submitAll(['second', 'third', 'fourth'])
    expect(batcher.isWorthStaging).toBe(false)
  })

  it('stages a run when it holds as much as one may', () => {
    const { batcher } = manualBatcher<string>({ sizeOf: (input) => input.length })
    void batcher.submit('four')
    expect(batcher.isWorthStaging).toBe(false)
    void batcher.submit('more')
    expect(batcher.isWorthStaging).toBe(true)
  })

  it('does not count what its caller has left', async () => {
    const { batcher } = manualBatcher<string>({ sizeOf: (input) => input.length })
    const leaving = new AbortController()
    const gone = batcher.submit('four', { signal: leaving.signal }).catch(() => undefined)
    leaving.abort()
    await gone
    void batcher.submit('more')
    expect(batcher.isWorthStaging).toBe(false)
  })
})
