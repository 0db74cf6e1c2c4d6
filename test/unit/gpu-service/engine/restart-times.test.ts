import { expect, it } from 'vitest'
import { RestartTimes } from '../../../../gpu-service/engine/restart-times.ts'

const models = 1

it('knows no usual time before the first start', () => {
  expect(new RestartTimes().usualMs).toBeUndefined()
})

it('uses start times until a restart with models has been measured', () => {
  const times = new RestartTimes()
  for (const startMs of [300, 200, 250]) times.took(startMs, { models: 0 })
  expect(times.usualMs).toBe(250)
  times.took(900, { models })
  expect(times.usualMs).toBe(900)
})

it('soon drops an outlier from a busy moment', () => {
  const times = new RestartTimes()
  for (const tookMs of [1000, 17_000]) times.took(tookMs, { models })
  expect(times.usualMs).toBe(1000)
  for (const tookMs of [1200, 1100]) times.took(tookMs, { models })
  expect(times.usualMs).toBe(1100)
})

it('follows a lasting slowdown', () => {
  const times = new RestartTimes()
  for (const tookMs of [1000, 1000, 1000, 1000, 1000, 6000, 6000, 6000]) times.took(tookMs, { models })
  expect(times.usualMs).toBe(6000)
})
