import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { OutOfTime, runWithTimeout } from '../../../gpu-service/run-with-timeout.ts'

const forEver = () => {
  for (;;);
}
const spin = (ms: number) => {
  const endMs = performance.now() + ms
  while (performance.now() < endMs);
  return ms
}

describe('runWithTimeout', () => {
  it('returns the result of the work, and throws what it throws', () => {
    const thrown = new RangeError('mine')
    expect(runWithTimeout({ limitMs: 1000, work: () => 7 })).toBe(7)
    expect(runWithTimeout({ limitMs: 1000, work: () => undefined })).toBeUndefined()
    let caught: unknown
    const { stack } = thrown
    try {
      runWithTimeout({
        limitMs: 1000,
        work: () => {
          throw thrown
        },
      })
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(thrown)
    expect(thrown.stack).toBe(stack)
  })

  it('stops work in the middle of a loop or of a regular expression', () => {
    const catastrophic = () => /(a+)+$/.test(`${'a'.repeat(60)}b`)
    for (const work of [forEver, catastrophic]) expect(() => runWithTimeout({ limitMs: 30, work })).toThrow(OutOfTime)
  })

  it('stops work that catches everything', () => {
    const after: string[] = []
    const stubborn = () => {
      for (;;)
        try {
          forEver()
        } catch {
          after.push('caught')
        } finally {
          after.push('finally')
        }
    }
    expect(() => runWithTimeout({ limitMs: 30, work: stubborn })).toThrow(OutOfTime)
    expect(after).toEqual([])
  })

  it('stops nested work alone if the outer work has time left', () => {
    const within = (outer: number, inner: number) =>
      runWithTimeout({
        limitMs: outer,
        work: () => {
          try {
            return runWithTimeout({ limitMs: inner, work: forEver })
          } catch (error) {
            return error
          }
        },
      })
    expect(within(2000, 30)).toBeInstanceOf(OutOfTime)
    expect(() => within(30, 2000)).toThrow(OutOfTime)
  })

  it('finishes or stops work that ends right at its limit, and leaves later work intact', async () => {
    let [done, ended] = [0, 0]
    for (let round = 0; round < 150; round++) {
      await Promise.resolve()
      const wantedMs = 2.5 + (round % 10) / 10
      try {
        expect(runWithTimeout({ limitMs: 3, work: () => spin(wantedMs) })).toBe(wantedMs)
        done++
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfTime)
        ended++
      }
      expect(spin(0)).toBe(0)
    }
    expect(done + ended).toBe(150)
  })

  it('does the work or refuses it without a file descriptor, and never ends the process', async () => {
    const script = fileURLToPath(new URL('support/watched-without-descriptors.ts', import.meta.url))
    const limited = ['-c', 'ulimit -n 64 && exec "$0" "$@"', process.execPath, script]
    const { stdout } = await promisify(execFile)('/bin/sh', limited)
    expect(JSON.parse(stdout)).toEqual({ without: 'done', within: 'EMFILE', behind: 'done' })
  })

  it('starts the work again if the machine was busy rather than the work slow', () => {
    let tries = 0
    const work = () => {
      tries++
      if (tries < 3) forEver()
      return tries
    }
    // The thread hardly worked in that time.
    expect(runWithTimeout({ limitMs: 20, work, usedMs: () => tries })).toBe(3)
    tries = 0
    expect(() => runWithTimeout({ limitMs: 20, work, usedMs: () => tries * 5 })).toThrow(OutOfTime)
    expect(tries).toBe(2)
  })
})
