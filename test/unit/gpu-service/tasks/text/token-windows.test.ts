import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tokenWindows, windowCount } from '../../../../../gpu-service/tasks/text/token-windows.ts'
import { windowBudget } from '../../../../../gpu-service/tasks/text/window-budget.ts'
import { AppError } from '../../../../../shared/errors.ts'

describe('the windows of a request', () => {
  it('are as many as counted in advance, for any shape', () => {
    const shape = fc
      .record({ length: fc.nat(300), size: fc.integer({ min: 1, max: 40 }) })
      .chain(({ length, size }) =>
        fc.record({ length: fc.constant(length), size: fc.constant(size), stride: fc.nat(size - 1) }),
      )
    fc.assert(fc.property(shape, (windows) => windowCount(windows) === tokenWindows(windows).length))
  })

  it.each([
    ['too many', { length: 2 ** 30, size: 510, stride: 509 }],
    ['too long together', { length: 10_000, size: 8192, stride: 8191 }],
  ])('are refused before any is made if they would be %s', (_why, windows) => {
    const make = () => windowBudget({ numbersPerToken: 5 }).make({ ...windows, param: 'inputs' })
    expect(make).toThrow(AppError)
    expect(make).toThrow('"inputs"')
  })

  it('are counted over all texts of the request', () => {
    const budget = windowBudget({ numbersPerToken: 5 })
    const text = { length: 1024, size: 1, stride: 0 }
    expect(budget.make({ ...text, param: 'inputs[0]' })).toHaveLength(1024)
    expect(budget.make({ ...text, param: 'inputs[1]' })).toHaveLength(1024)
    expect(() => budget.make({ length: 1, size: 1, stride: 0, param: 'inputs[2]' })).toThrow('"inputs[2]"')
  })

  it('are fewer for a model with more numbers per token, and unsplit texts count too', () => {
    const text = { length: 512, param: 'inputs' }
    const counted = (numbersPerToken: number) => {
      const budget = windowBudget({ numbersPerToken })
      for (let texts = 0; ; texts++)
        try {
          budget.add(text)
        } catch {
          return texts
        }
    }
    expect([counted(5), counted(320)]).toEqual([1024, 102])
  })
})
