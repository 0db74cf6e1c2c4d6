import { expect, it } from 'vitest'
import { SlowAllowance } from '../../../../../gpu-service/tasks/text/slow-allowance.ts'
import { guardTokenizer } from '../../../../../gpu-service/tasks/text/tokenizer-guard.ts'

/** Guards on a fake thread whose work takes as long as the test says. */
function guardsOn(count: number) {
  let [nowMs, usedMs] = [0, 0]
  const now = () => nowMs
  const allowance = new SlowAllowance({ now })
  const guards = Array.from({ length: count }, () => guardTokenizer({ now, usedMs: () => usedMs, allowance }))
  const takeWith = (guard: (typeof guards)[number], ms: number) =>
    guard(100, () => {
      nowMs += ms
      usedMs += ms
      return 'tokens'
    })
  return {
    takes: guards.map((guard) => (ms: number) => takeWith(guard, ms)),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

function guardOn() {
  const { takes, pass } = guardsOn(1)
  return { take: takes[0] as (typeof takes)[number], pass }
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

it('gives the slow texts of all tokenizers together at most a twentieth of the time', () => {
  const count = 20
  const { takes, pass } = guardsOn(count)
  let slowMs = 0
  for (let ms = 0; ms < 600_000; ms += 100) {
    pass(100)
    try {
      takes[(ms / 100) % count]?.(400)
      slowMs += 400
    } catch {}
  }
  // Each may be slow once before it counts as that.
  expect(slowMs).toBeLessThan(1000 + 0.05 * (600_000 + slowMs) + count * 400)
})

it('has no tokenizer wait for slow ones that was not slow itself in the last ten minutes', () => {
  const [slow, other] = guardsOn(2).takes
  for (let text = 0; text < 5; text++) slow?.(250)
  expect(() => slow?.(1)).toThrow(expect.objectContaining({ code: 'tokenizer_rests' }))
  for (let text = 0; text < 100; text++) expect(other?.(99)).toBe('tokens')
})

it('saves up no more than a second for slow texts while there are none', () => {
  const { takes, pass } = guardsOn(4)
  pass(3_600_000)
  for (const take of takes) expect(take(499)).toBe('tokens')
  for (const take of takes) expect(() => take(1)).toThrow(expect.objectContaining({ code: 'tokenizer_rests' }))
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
