import fc from 'fast-check'
import { expect, it } from 'vitest'
import { largest } from '../../../../../gpu-service/tasks/text/largest.ts'

it('finds the same indexes as a full sort, for any numbers', () => {
  const numbers = fc.array(fc.integer({ min: -20, max: 20 }), { maxLength: 200 })
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 250 }), (values, count) => {
      const sorted = values.map((_, index) => index).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
      expect(largest(values, count)).toEqual(sorted.slice(0, count))
    }),
  )
})
