import { emfLine } from '../shared/emf.ts'
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
  const line = (dimensions: Record<string, string | number | undefined>, value: number) =>
    write(emfLine({ namespace, name: 'queue_depth', unit: 'Count', dimensions, value, now: new Date() }))
  const timer = setInterval(() => {
    void metrics.queueDepth.get().then(({ values }) => {
      line({}, sumOf(values))
      for (const { labels, value } of values) line(labels, value)
    })
  }, intervalMs)
  return () => clearInterval(timer)
}

const sumOf = (values: readonly { value: number }[]): number => values.reduce((sum, { value }) => sum + value, 0)
