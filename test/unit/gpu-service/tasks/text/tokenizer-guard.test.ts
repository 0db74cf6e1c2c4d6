import { expect, it } from 'vitest'
import { guardTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer-guard.ts'

/** A guard on a fake thread whose work takes as long as the test says. */
function guardOn() {
  let [nowMs, usedMs] = [0, 0]
  const guard = guardTokenizer({ now: () => nowMs, usedMs: () => usedMs })
  return {
    take: (ms: number) =>
      guard(100, () => {
        nowMs += ms
        usedMs += ms
        return 'tokens'
      }),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

it('blocks a repeatedly slow tokenizer for all callers, for as long as it announces', () => {
  const { take, pass } = guardOn()
  for (let text = 0; text < 5; text++) expect(take(250)).toBe('tokens')
  const resting = { code: 'tokenizer_rests', status: 429, retryable: true, retryAfterSeconds: 4 }
  expect(() => take(250)).toThrow(expect.objectContaining(resting))
  pass(4000)
  expect(take(500)).toBe('tokens')
  expect(() => take(1)).toThrow(expect.objectContaining({ ...resting, retryAfterSeconds: 10 }))
  pass(9000)
  expect(() => take(1)).toThrow(expect.objectContaining({ ...resting, retryAfterSeconds: 1 }))
  pass(1000)
  expect(take(1)).toBe('tokens')
})

it('gives slow texts at most a twentieth of each minute, after the first second', () => {
  const { take, pass } = guardOn()
  let slowMs = 0
  for (let ms = 0; ms < 60_000; ms += 100) {
    pass(100)
    try {
      take(499)
      slowMs += 499
    } catch {}
  }
  expect(slowMs).toBeLessThan(1000 + 0.05 * (60_000 + slowMs) + 500)
})

it('never blocks a fast tokenizer, however often it is used', () => {
  const { take } = guardOn()
  for (let text = 0; text < 1000; text++) expect(take(99)).toBe('tokens')
})

it('stops what takes too long or too deep a stack, and says what to do', () => {
  const guard = guardTokenizer({ limitMs: 20 })
  const words = {
    code: 'invalid_input',
    status: 422,
    message: expect.stringMatching(/a text of 123 char.* or split it/),
  }
  const forEver = () => {
    for (;;);
  }
  const endless = (): number => 1 + endless()
  for (const work of [forEver, endless]) expect(() => guard(123, work)).toThrow(expect.objectContaining(words))
})
