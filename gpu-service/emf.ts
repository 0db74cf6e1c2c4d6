import type { Metrics } from '../shared/metrics.ts'

export interface EmfOptions {
  namespace: string
  metrics: Metrics
  write: (line: string) => void
  intervalMs?: number
}

/**
 * Writes how many items wait, as CloudWatch's embedded metric format: one JSON line per deployment, which CloudWatch
 * Logs turns into a metric to scale by. Returns what stops it.
 */
export function emitQueueDepth({ namespace, metrics, write, intervalMs = 15_000 }: EmfOptions): () => void {
  const timer = setInterval(() => {
    void metrics.queueDepth.get().then(({ values }) => {
      for (const { labels, value } of values)
        write(emfLine({ namespace, deployment: String(labels.deployment), queueDepth: value, now: Date.now() }))
    })
  }, intervalMs)
  return () => clearInterval(timer)
}

export const emfLine = ({ namespace, deployment, queueDepth, now }: EmfLine): string =>
  JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [['deployment'], []], Metrics: [{ Name: 'queue_depth', Unit: 'Count' }] },
      ],
    },
    deployment,
    queue_depth: queueDepth,
  })

interface EmfLine {
  namespace: string
  deployment: string
  queueDepth: number
  /** Milliseconds since 1970. */
  now: number
}
