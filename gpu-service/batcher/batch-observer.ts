import type { Metrics } from '../../shared/metrics.ts'

/** What a batcher tells of itself. */
export interface BatchObserver {
  depth(items: number): void
  ran(run: { batchSize: number; runMs: number }): void
  answered(item: { queueMs: number; latencyMs: number }): void
  failed(items: number): void
  dropped(items: number): void
  refused(items: number): void
}

/** Writes it into the metrics of one deployment, whose label children are looked up once. */
export function observeBatches(labels: { deployment: string; task: string }, metrics: Metrics): BatchObserver {
  const { deployment } = labels
  const outcome = (name: string) => metrics.predictions.labels({ ...labels, outcome: name })
  const depth = metrics.queueDepth.labels({ deployment })
  const batchSize = metrics.batchSize.labels({ deployment })
  const queueWait = metrics.queueWait.labels({ deployment })
  const latency = metrics.predictionLatency.labels({ deployment })
  const [answered, failed, dropped, refused] = ['ok', 'error', 'dropped', 'refused'].map(outcome)
  return {
    depth: (items) => depth.set(items),
    ran: ({ batchSize: items }) => batchSize.observe(items),
    answered({ queueMs, latencyMs }) {
      queueWait.observe(queueMs / 1000)
      latency.observe(latencyMs)
      answered?.inc()
    },
    failed: (items) => failed?.inc(items),
    dropped: (items) => dropped?.inc(items),
    refused: (items) => refused?.inc(items),
  }
}
