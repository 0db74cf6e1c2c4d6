import type { Metrics } from '../shared/metrics.ts'

export interface EmfOptions {
  namespace: string
  metrics: Metrics
  write: (line: string) => void
  intervalMs?: number
}

/**
 * Writes how many items wait, as CloudWatch's embedded metric format: JSON lines that CloudWatch Logs turns into
 * metrics. One speaks of the replica as a whole, which is what scaling reads, the others of a deployment each. Returns
 * what stops it.
 */
export function emitQueueDepth({ namespace, metrics, write, intervalMs = 15_000 }: EmfOptions): () => void {
  const timer = setInterval(() => {
    void metrics.queueDepth.get().then(({ values }) => {
      const now = Date.now()
      const total = values.reduce((sum, { value }) => sum + value, 0)
      write(emfLine({ namespace, queueDepth: total, now }))
      for (const { labels, value } of values)
        write(emfLine({ namespace, deployment: String(labels.deployment), queueDepth: value, now }))
    })
  }, intervalMs)
  return () => clearInterval(timer)
}

function emfLine({ namespace, deployment, queueDepth, now }: EmfLine): string {
  const Dimensions = [deployment === undefined ? [] : ['deployment']]
  const Metrics = [{ Name: 'queue_depth', Unit: 'Count' }]
  return JSON.stringify({
    _aws: { Timestamp: now, CloudWatchMetrics: [{ Namespace: namespace, Dimensions, Metrics }] },
    deployment,
    queue_depth: queueDepth,
  })
}

interface EmfLine {
  namespace: string
  /** Absent for the sum over all of them. */
  deployment?: string
  queueDepth: number
  /** Milliseconds since 1970. */
  now: number
}
