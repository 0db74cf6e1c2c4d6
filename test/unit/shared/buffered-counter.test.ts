import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { bufferedCounter } from '../../../shared/buffered-counter.ts'

const made = () => {
  const registry = new Registry()
  const counter = bufferedCounter({ name: 'answers', help: 'Answers.', labelNames: ['model'], registers: [registry] })
  return { registry, counter }
}

describe('a buffered counter', () => {
  it('tells every count of a series when it is read, and counts on', async () => {
    const { registry, counter } = made()
    const series = counter.labels({ model: 'a' })
    series.inc()
    series.inc(2)
    expect(await registry.metrics()).toContain('answers{model="a"} 3\n')
    series.inc()
    counter.inc({ model: 'a' }, 10)
    expect((await counter.get()).values).toEqual([{ labels: { model: 'a' }, value: 14 }])
  })

  it('shows no series that never counted', async () => {
    const { counter } = made()
    counter.labels({ model: 'a' })
    expect((await counter.get()).values).toEqual([])
  })

  it('does not bring back a removed series with what it had counted before', async () => {
    const { counter } = made()
    counter.labels({ model: 'a' }).inc()
    counter.remove({ model: 'a' })
    expect((await counter.get()).values).toEqual([])
  })

  it('starts at zero after a reset', async () => {
    const { registry, counter } = made()
    const series = counter.labels({ model: 'a' })
    series.inc(5)
    registry.resetMetrics()
    series.inc()
    expect((await counter.get()).values).toEqual([{ labels: { model: 'a' }, value: 1 }])
  })

  it('refuses an invalid count at once, and counts on when it is read', async () => {
    const { registry, counter } = made()
    const series = counter.labels({ model: 'a' })
    series.inc()
    for (const count of [-1, Number.POSITIVE_INFINITY]) expect(() => series.inc(count)).toThrow(RangeError)
    for (const _reading of [1, 2]) expect(await registry.metrics()).toContain('answers{model="a"} 1\n')
  })

  it('loses no count where more series wait to be read than it holds', async () => {
    const { counter } = made()
    for (let at = 0; at < 5000; at++) counter.labels({ model: `${at % 3}` }).inc()
    expect((await counter.get()).values.map(({ value }) => value)).toEqual([1667, 1667, 1666])
  })
})
