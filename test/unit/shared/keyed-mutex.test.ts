import { setImmediate as aTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createKeyedMutex } from '../../../shared/keyed-mutex.ts'

describe('work under a keyed mutex', () => {
  it('runs one at a time in the requested order, even after a failure', async () => {
    const mutex = createKeyedMutex()
    const seen: string[] = []
    const work = (name: string) => async () => {
      seen.push(`${name} begins`)
      await aTurn()
      seen.push(`${name} ends`)
      if (name === 'b') throw new Error('b fails')
      return name
    }
    const asked = ['a', 'b', 'c'].map((name) => mutex('one', work(name)))
    expect(await Promise.allSettled(asked)).toMatchObject([{ value: 'a' }, { status: 'rejected' }, { value: 'c' }])
    expect(seen).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]))
  })

  it('does not wait for work under another key', async () => {
    const mutex = createKeyedMutex()
    const held = Promise.withResolvers<void>()
    const first = mutex('one', () => held.promise)
    expect(await mutex('other', async () => 'done')).toBe('done')
    held.resolve()
    await first
  })
})
