import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { emitLoad } from '../../../gpu-service/emf.ts'
import { createMetrics } from '../../../shared/metrics.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const intervalMs = 15_000

/** The output of a replica with two engines. */
function start() {
  const metrics = createMetrics()
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const stop = emitLoad({ namespace: 'Slipway', pool: 'gpu', engines: 2, metrics, write, intervalMs })
  const next = async () => {
    lines.length = 0
    await vi.advanceTimersByTimeAsync(intervalMs)
    return lines.map((line) => JSON.parse(line))
  }
  const ran = (model: string, seconds: number) => metrics.tritonComputeTime.inc({ model, version: '1' }, seconds * 1e6)
  return { metrics, stop, next, ran }
}

const metric = (name: string, dimensions: string[]) => ({
  CloudWatchMetrics: [{ Namespace: 'Slipway', Dimensions: [dimensions], Metrics: [{ Name: name }] }],
})

describe('the load metrics of a replica', () => {
  it('are written for its pool, with the queue depth of each deployment, until stopped', async () => {
    const { metrics, stop, next, ran } = start()
    metrics.queueDepth.set({ deployment: 'iris' }, 3)
    metrics.queueDepth.set({ deployment: 'tiny' }, 2)
    ran('iris', 6)
    for (const seconds of [0.1, 0.3]) metrics.queueWait.observe({ deployment: 'iris' }, seconds)
    metrics.queueWait.observe({ deployment: 'tiny' }, 0.5)
    expect(await next()).toMatchObject([
      { _aws: metric('busy_share', ['pool']), pool: 'gpu', busy_share: 0.2 },
      { _aws: metric('queue_wait_seconds', ['pool']), pool: 'gpu', queue_wait_seconds: 0.3 },
      { _aws: metric('queue_depth', ['pool']), pool: 'gpu', queue_depth: 5 },
      { _aws: metric('queue_depth', ['deployment']), deployment: 'iris', queue_depth: 3 },
      { _aws: metric('queue_depth', ['deployment']), deployment: 'tiny', queue_depth: 2 },
    ])
    stop()
    expect(await next()).toEqual([])
  })

  it('cover the last interval, and are zero without requests', async () => {
    const { metrics, next, ran } = start()
    ran('iris', 6)
    metrics.queueWait.observe({ deployment: 'iris' }, 0.4)
    await next()
    expect(await next()).toMatchObject([{ busy_share: 0 }, { queue_wait_seconds: 0 }, { queue_depth: 0 }])
    ran('iris', 15)
    metrics.queueWait.observe({ deployment: 'iris' }, 0.2)
    expect(await next()).toMatchObject([{ busy_share: 0.5 }, { queue_wait_seconds: expect.closeTo(0.2) }, {}])
  })

  it('stay between 0 and 1 when a deployment is forgotten or many runs end at once', async () => {
    const { metrics, next, ran } = start()
    ran('iris', 20)
    await next()
    metrics.tritonComputeTime.remove({ model: 'iris', version: '1' })
    expect(await next()).toMatchObject([{ busy_share: 0 }, {}, {}])
    ran('iris', 90)
    expect(await next()).toMatchObject([{ busy_share: 1 }, {}, {}])
  })
})
