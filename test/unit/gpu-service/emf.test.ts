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
  it('writes the sum and each deployment as lines that CloudWatch reads as metrics, until it is stopped', async () => {
    const metrics = createMetrics()
    metrics.queueDepth.set({ deployment: 'iris' }, 3)
    metrics.queueDepth.set({ deployment: 'tiny' }, 2)
    const lines: string[] = []
    const stop = emitQueueDepth({
      namespace: 'Slipway',
      metrics,
      write: (line) => lines.push(line),
      intervalMs: 15_000,
    })
    await vi.advanceTimersByTimeAsync(15_000)
    const metric = (dimensions: string[]) => ({
      CloudWatchMetrics: [{ Namespace: 'Slipway', Dimensions: [dimensions], Metrics: [{ Name: 'queue_depth' }] }],
    })
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { _aws: metric([]), queue_depth: 5 },
      { _aws: metric(['deployment']), deployment: 'iris', queue_depth: 3 },
      { _aws: metric(['deployment']), deployment: 'tiny', queue_depth: 2 },
    ])
    stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(lines).toHaveLength(3)
  })
})
