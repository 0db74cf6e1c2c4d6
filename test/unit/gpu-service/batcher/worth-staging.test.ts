import { describe, expect, it } from 'vitest'
import { EngineDied } from '../../../../gpu-service/engine/engine.ts'
import { manualBatcher } from '../support/manual-batcher.ts'

const onGpu = { costMax: 16_384, itemsMax: 512, queuedMax: 8192 }

describe('staging the next run while one is running', () => {
  it('stops after an engine died until the cause is found, and fails only the cause', async () => {
    const { batcher, runs, counts, pull } = manualBatcher<string>({ sizeOf: (input) => input.length })
    const answers = ['poisoned', 'harmless'].map((input) => batcher.submit(input).catch(({ code }) => code))
    void pull()
    void pull()
    // The second run was staged while the first ran.
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

  it('happens for a run at least as large as the current one, whose callers return only when it ends', () => {
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

  it('does not happen for a small run, which gains by waiting for more items', () => {
    const { batcher, pull } = manualBatcher<string>({ limits: onGpu })
    void batcher.submit('first')
    void pull()
    void batcher.submitAll(['second', 'third', 'fourth'])
    expect(batcher.isWorthStaging).toBe(false)
  })

  it('happens for a run that is full', () => {
    const { batcher } = manualBatcher<string>({ sizeOf: (input) => input.length })
    void batcher.submit('four')
    expect(batcher.isWorthStaging).toBe(false)
    void batcher.submit('more')
    expect(batcher.isWorthStaging).toBe(true)
  })

  it('does not count items whose callers have left', async () => {
    const { batcher } = manualBatcher<string>({ sizeOf: (input) => input.length })
    const leaving = new AbortController()
    const gone = batcher.submit('four', { signal: leaving.signal }).catch(() => undefined)
    leaving.abort()
    await gone
    void batcher.submit('more')
    expect(batcher.isWorthStaging).toBe(false)
  })
})
