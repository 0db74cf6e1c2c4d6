import type { Metrics } from '../../shared/metrics.ts'

/** Receives a batcher's events. */
export interface BatchObserver {
  depth(items: number): void
  ran(run: { batchSize: number; runMs: number }): void
  answered(item: { queueMs: number; latencyMs: number }): void
  failed(items: number): void
  dropped(items: number): void
  refused(items: number): void
  expired(items: number): void
  /** An item was answered from the cache or by another caller's run. */
  reused(from: 'run' | 'cache'): void
  /** A batch is retried. */
  retried(reason: 'split' | 'engine_died'): void
}

/** Counts the events in the metrics of one deployment; label children are looked up once. */
export function observeBatches(labels: { deployment: string; task: string }, metrics: Metrics): BatchObserver {
  const { deployment } = labels
  const outcome = (name: string) => metrics.predictions.labels({ ...labels, outcome: name })
  const depth = metrics.queueDepth.labels({ deployment })
  let depthBefore = 0
  const batchSize = metrics.batchSize.labels({ deployment })
  const queueWait = metrics.queueWait.labels({ deployment })
  const latency = metrics.predictionLatency.labels({ deployment })
  const [answered, failed, dropped, refused, expired] = ['ok', 'error', 'dropped', 'refused', 'expired'].map(outcome)
  return {
    depth(items) {
      // Several queues of a deployment add up in one gauge.
      if (items !== depthBefore) depth.inc(items - depthBefore)
      depthBefore = items
    },
    ran: ({ batchSize: items }) => batchSize.observe(items),
    answered({ queueMs, latencyMs }) {
      queueWait.observe(queueMs / 1000)
      latency.observe(latencyMs)
      answered?.inc()
    },
    failed: (items) => failed?.inc(items),
    dropped: (items) => dropped?.inc(items),
    refused: (items) => refused?.inc(items),
    expired: (items) => expired?.inc(items),
    reused: (from) => metrics.reusedAnswers.inc({ deployment, from }),
    retried: (reason) => metrics.batchRetries.inc({ deployment, reason }),
  }
}
