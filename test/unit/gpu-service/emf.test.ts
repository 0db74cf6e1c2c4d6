import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { emitQueueDepth } from '../../../gpu-service/emf.ts'
import { createMetrics } from '../../../shared/metrics.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('emitQueueDepth', () => {
  it('writes a line per deployment that CloudWatch reads as a metric, until it is stopped', async () => {
    const metrics = createMetrics()
    metrics.queueDepth.set({ deployment: 'iris' }, 3)
    const lines: string[] = []
    const stop = emitQueueDepth({
      namespace: 'Slipway',
      metrics,
      write: (line) => lines.push(line),
      intervalMs: 15_000,
    })
    await vi.advanceTimersByTimeAsync(15_000)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        _aws: { CloudWatchMetrics: [{ Namespace: 'Slipway', Metrics: [{ Name: 'queue_depth' }] }] },
        deployment: 'iris',
        queue_depth: 3,
      },
    ])
    stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(lines).toHaveLength(1)
  })
})
