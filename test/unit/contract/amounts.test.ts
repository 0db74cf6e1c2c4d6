import { describe, expect, it } from 'vitest'
import { maintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { amountOrNone, someAmount } from '../../../shared/contract/words.ts'

const [some, someOrNone] = [someAmount(10), amountOrNone(10)]
const takes = (schema: typeof some | typeof someOrNone, amount: number) => schema.safeParse(amount).success

describe('an amount', () => {
  it('is 0, or at least the millionth that the table can hold', () => {
    for (const amount of [1e-6, 0.1 + 0.2, 10])
      expect([takes(some, amount), takes(someOrNone, amount)], String(amount)).toEqual([true, true])
    for (const amount of [5e-324, 1e-200, 9.9e-7, -1e-6, -1, 10.1, Number.NaN, Number.POSITIVE_INFINITY])
      expect([takes(some, amount), takes(someOrNone, amount)], String(amount)).toEqual([false, false])
    expect([takes(some, 0), takes(someOrNone, 0)]).toEqual([false, true])
  })

  it('sets how many days a deleted repo is kept', () => {
    const refusal = maintenanceOptions.safeParse({ repoGraceDays: 1e-200 }).error?.issues[0]
    expect(refusal).toMatchObject({ path: ['repoGraceDays'], message: 'must be at least 0.000001, or 0' })
    expect(maintenanceOptions.safeParse({ repoGraceDays: 0 }).success).toBe(true)
  })
})
