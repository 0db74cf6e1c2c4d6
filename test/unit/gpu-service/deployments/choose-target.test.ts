import { describe, expect, it } from 'vitest'
import { chooseTarget, shareOf } from '../../../../gpu-service/deployments/choose-target.ts'

const keys = Array.from({ length: 20_000 }, (_, n) => `caller-${n}`)
const targetsOf = (weights: Record<string, number>) => Object.entries(weights).map(([id, weight]) => ({ id, weight }))
const placesOf = (weights: Record<string, number>) => {
  const targets = targetsOf(weights)
  return keys.map((key) => chooseTarget({ targets, key })?.id)
}
const shares = (places: (string | undefined)[]) => (id: string) =>
  places.filter((place) => place === id).length / places.length

describe('the target of a key', () => {
  it('is chosen in proportion to the weights, and is always the same', () => {
    const places = placesOf({ a: 70, b: 25, c: 5 })
    const share = shares(places)
    expect(share('a')).toBeCloseTo(0.7, 1)
    expect(share('b')).toBeCloseTo(0.25, 1)
    expect(share('c')).toBeCloseTo(0.05, 1)
    expect(placesOf({ a: 70, b: 25, c: 5 })).toEqual(places)
  })

  it('does not depend on the order of the targets', () => {
    expect(placesOf({ c: 5, b: 25, a: 70 })).toEqual(placesOf({ a: 70, b: 25, c: 5 }))
  })

  it.each([
    [{ a: 90, b: 10 }, { a: 80, b: 20 }, 0.1],
    [{ a: 100, b: 0 }, { a: 95, b: 5 }, 0.05],
    [{ a: 50, b: 40, c: 10 }, { a: 50, b: 40, c: 0 }, 0.1],
    [{ a: 60, b: 40 }, { a: 60, b: 40, c: 20 }, 1 / 6],
  ])('moves no more keys from %j to %j than the change in shares requires', (before, after, moved) => {
    const [then, now] = [placesOf(before), placesOf(after)]
    const moves = then.filter((place, at) => place !== now[at]).length / keys.length
    expect(moves).toBeLessThan(moved * 1.1)
    expect(moves).toBeGreaterThan(moved * 0.85)
  })

  it('is never one without weight, unless there is no other', () => {
    expect(new Set(placesOf({ a: 0, b: 1 }))).toEqual(new Set(['b']))
    expect(chooseTarget({ targets: targetsOf({ a: 0 }), key: 'k' })?.id).toBe('a')
    expect(chooseTarget({ targets: [], key: 'k' })).toBeUndefined()
  })

  it('is random without a key, in the same proportion', () => {
    const targets = targetsOf({ a: 80, b: 20 })
    const places = keys.map(() => chooseTarget({ targets, key: undefined })?.id)
    expect(shares(places)('b')).toBeCloseTo(0.2, 1)
  })

  it('depends on a bounded prefix of a key of a megabyte', () => {
    const targets = targetsOf({ a: 1, b: 1 })
    const long = 'x'.repeat(1024 ** 2)
    const chosen = chooseTarget({ targets, key: long })
    for (let n = 0; n < 20; n++) expect(chooseTarget({ targets, key: `${long}${n}` })).toBe(chosen)
  })

  it('spreads keys of any form evenly', () => {
    for (const textOf of [(n: number) => String(n), (n: number) => `user_${n.toString(16).padStart(24, '0')}`]) {
      const counts = new Array(20).fill(0)
      for (let n = 0; n < 20_000; n++) counts[Math.floor(shareOf(textOf(n)) * 20)]++
      for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200)
    }
  })
})
