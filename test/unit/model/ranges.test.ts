import fc from 'fast-check'
import { expect, it } from 'vitest'
import { partCount, partSizeFor, rangeOf, rangeSize } from '../../../shared/model/ranges.ts'

const sizes = { size: fc.integer({ min: 1, max: 5_000_000 }), part: fc.integer({ min: 500, max: 300_000 }) }

it('the ranges of a file cover every byte once and in order', () => {
  fc.assert(
    fc.property(sizes.size, sizes.part, (sizeBytes, preferred) => {
      const partSizeBytes = partSizeFor(sizeBytes, preferred)
      const count = partCount(sizeBytes, partSizeBytes)
      const ranges = Array.from({ length: count }, (_, at) => rangeOf({ partNumber: at + 1, sizeBytes, partSizeBytes }))
      expect(ranges[0]?.start).toBe(0)
      expect(ranges.at(-1)?.end).toBe(sizeBytes - 1)
      const lastSize = sizeBytes - (count - 1) * partSizeBytes
      expect(lastSize).toBeGreaterThan(0)
      // Not each in an expectation of its own, because there are millions.
      const isRight = (range: (typeof ranges)[number], at: number) =>
        range.start === (at === 0 ? 0 : (ranges[at - 1]?.end ?? 0) + 1) &&
        rangeSize(range) === (at === count - 1 ? lastSize : partSizeBytes)
      expect(ranges.findIndex((range, at) => !isRight(range, at))).toBe(-1)
    }),
  )
})

it('a file has at most as many parts as S3 allows, of at least the preferred size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 44 }), sizes.part, (sizeBytes, preferred) => {
      const partSizeBytes = partSizeFor(sizeBytes, preferred)
      expect(partCount(sizeBytes, partSizeBytes)).toBeLessThanOrEqual(10_000)
      expect(partSizeBytes).toBeGreaterThanOrEqual(preferred)
    }),
  )
})

it('an empty file has one part', () => {
  expect(partCount(0, 100)).toBe(1)
})
