import { describe, expect, it } from 'vitest'
import { LoneRuns } from '../../../../gpu-service/engine/lone-runs.ts'

function start({ isPossible = true } = {}) {
  const activeRuns = { count: 0 }
  const runs = new LoneRuns({ activeRuns, isPossible })
  /** The threads that a run gets; `beside` and `atEnd` are the other runs at its start and at its end. */
  const threadsOf = async (modelId: string, { beside = 0, atEnd }: { beside?: number; atEnd?: number } = {}) => {
    activeRuns.count = 1 + beside
    return runs.make({
      modelId,
      units: 1,
      run: async (threads) => {
        activeRuns.count = 1 + (atEnd ?? beside)
        return threads
      },
    })
  }
  return { runs, threadsOf }
}

describe('a run', () => {
  it('gets all cores only if no other engine runs, after one run of the model with each choice', async () => {
    const { threadsOf } = start()
    expect([await threadsOf('a'), await threadsOf('a')]).toEqual(['all', 'own'])
    expect(await threadsOf('b', { beside: 1 })).toBe('own')
    expect(await threadsOf('b')).toBe('all')
  })

  it('tells nothing about its choice if another one began meanwhile', async () => {
    const { threadsOf } = start()
    expect(await threadsOf('a', { atEnd: 1 })).toBe('all')
    expect(await threadsOf('a')).toBe('all')
    expect(await threadsOf('a')).toBe('own')
  })

  it('of a model that was unloaded and loaded again is measured anew', async () => {
    const { runs, threadsOf } = start()
    await threadsOf('a')
    runs.forget('a')
    expect(await threadsOf('a')).toBe('all')
  })

  it('always gets its own threads if the engine has no others', async () => {
    const { threadsOf } = start({ isPossible: false })
    expect([await threadsOf('a'), await threadsOf('a')]).toEqual(['own', 'own'])
  })
})
