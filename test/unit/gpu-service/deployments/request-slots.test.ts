import { describe, expect, it } from 'vitest'
import { RequestSlots } from '../../../../gpu-service/deployments/request-slots.ts'
import type { AppError } from '../../../../shared/errors.ts'

function start(max?: number) {
  const clock = { nowMs: 0 }
  const slots = new RequestSlots({ now: () => clock.nowMs })
  slots.max = max
  const refusal = () => {
    try {
      slots.assertFree()
      return undefined
    } catch (error) {
      return error as AppError
    }
  }
  return { clock, slots, refusal }
}

describe('the concurrency slots of a deployment', () => {
  it('are limited in number, and each is given back once', () => {
    const { slots, refusal } = start(2)
    const [first] = [slots.take(), slots.take()]
    expect([slots.taken, slots.free]).toEqual([2, 0])
    expect(() => slots.take()).toThrow('2 concurrent requests per replica')
    first?.()
    first?.()
    expect([slots.taken, slots.free, refusal()]).toEqual([1, 1, undefined])
  })

  it('are unlimited without a limit, and still counted', () => {
    const { slots, refusal } = start()
    for (let n = 0; n < 1000; n++) slots.take()
    expect([slots.taken, refusal()]).toEqual([1000, undefined])
  })

  it('predict when one will be free from how long requests have recently taken', () => {
    const { clock, slots, refusal } = start(4)
    for (let n = 0; n < 100; n++) {
      const leave = slots.take()
      clock.nowMs += n === 0 ? 1000 : 8000
      leave()
    }
    for (let n = 0; n < 4; n++) slots.take()
    expect(refusal()).toMatchObject({ code: 'concurrency_limited', status: 429, retryable: true })
    expect(refusal()?.retryAfterSeconds).toBeCloseTo(2)
  })

  it('predict it from the oldest running request before any has ended', () => {
    const { clock, slots, refusal } = start(1)
    clock.nowMs += 5000
    slots.take()
    expect(refusal()?.retryAfterSeconds).toBe(0.1)
    clock.nowMs += 3000
    expect(refusal()?.retryAfterSeconds).toBe(6)
  })

  it('admit nothing while more are taken than a lowered limit allows, and end none of them', () => {
    const { slots, refusal } = start(3)
    const leaves = [slots.take(), slots.take(), slots.take()]
    slots.max = 1
    leaves[0]?.()
    expect([slots.taken, slots.free, refusal()?.code]).toEqual([2, 0, 'concurrency_limited'])
    leaves[1]?.()
    leaves[2]?.()
    expect(refusal()).toBeUndefined()
  })
})
