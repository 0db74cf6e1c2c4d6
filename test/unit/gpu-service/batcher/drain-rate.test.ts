import { describe, expect, it } from 'vitest'
import { DrainRate } from '../../../../gpu-service/batcher/drain-rate.ts'
import type { AppError } from '../../../../shared/errors.ts'
import { simulatedService } from '../support/simulated-service.ts'

describe('the measured drain rate', () => {
  it('comes from the current queue, not from a slow hour before it was last empty', () => {
    const rate = new DrainRate()
    const worked = ({ fromMs, runMs }: { fromMs: number; runMs: number }) => {
      for (let run = 0; run < 20; run++) {
        rate.passed({ nowMs: fromMs + run * runMs, areWaiting: true })
        rate.ran({ items: 1, aloneMs: 10, runMs: 10 })
      }
    }
    worked({ fromMs: 0, runMs: 1000 })
    rate.passed({ nowMs: 20_000, areWaiting: false })
    expect(rate.seenMs(100)).toBe(0)
    worked({ fromMs: 100_000, runMs: 15 })
    expect(rate.seenMs(100)).toBeCloseTo(150, -2)
  })

  it('is hardly changed by one run during which the machine paused', () => {
    const rate = new DrainRate()
    rate.ran({ items: 1, aloneMs: 10, runMs: 60_000 })
    expect(rate.engineMs(100, Number.POSITIVE_INFINITY)).toBeLessThan(150)
  })

  it('counts failed items too, so that a crowd of failures does not inflate Retry-After', async () => {
    const msOf = () => 10
    const { time, batcher } = simulatedService({ engines: 1, msOf, isShared: false, limits: { waitMsMax: 250 } })
    const comeBackIn: number[] = []
    for (let index = 0; index < 3000; index++)
      time.after((index * 10) / 3, () => {
        const key = `${index}`
        const nature = index % 10 === 0 ? 'harmless' : 'poisoned'
        batcher.submit({ size: 21, group: key, key, nature }).catch((error: AppError) => {
          if (error.code === 'overloaded') comeBackIn.push(error.retryAfterSeconds ?? 0)
        })
      })
    await time.runTo(20_000)
    expect(comeBackIn.length).toBeGreaterThan(1000)
    expect(Math.max(...comeBackIn)).toBeLessThan(1)
  })
})
