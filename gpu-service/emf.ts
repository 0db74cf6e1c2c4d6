import { type EmfLine, emfLine } from '../shared/emf.ts'
import type { Metrics } from '../shared/metrics.ts'

interface EmfOptions {
  namespace: string
  /** The replica's pool, because pools do not scale on each other's numbers. */
  pool: string
  /** This replica's concurrent runs. */
  engines: number
  metrics: Metrics
  write: (line: string) => void
  intervalMs?: number
  now?: () => number
}

/**
 * Writes this replica's load in CloudWatch's embedded metric format, JSON lines that CloudWatch Logs turns into
 * metrics: the share of the time that its engines ran, and how long items waited. Every replica of a pool writes each
 * number once, so that scaling reads their average. The queue's length would say less, because a slow model's queue is
 * refused while short. Returns a function that stops it.
 */
export function emitLoad({ namespace, pool, engines, metrics, write, ...timing }: EmfOptions): () => void {
  const { intervalMs = 15_000, now = Date.now } = timing
  const line = (metric: Omit<EmfLine, 'namespace' | 'now'>) =>
    write(emfLine({ namespace, now: new Date(now()), ...metric }))
  const ranUs = growth()
  const waitedSeconds = growth()
  const waits = growth()
  let writtenMs = now()

  const emit = async () => {
    const [depths, runs, waited] = await Promise.all([
      metrics.queueDepth.get(),
      metrics.tritonComputeTime.get(),
      metrics.queueWait.get(),
    ])
    const elapsedMs = Math.max(1, now() - writtenMs)
    writtenMs += elapsedMs
    const ofWaits = (part: string) => waited.values.filter(({ metricName }) => metricName?.endsWith(part))
    const [seconds, items] = [waitedSeconds(ofWaits('_sum')), waits(ofWaits('_count'))]
    const dimensions = { pool }
    const busyShare = Math.min(1, ranUs(runs.values) / 1000 / (elapsedMs * engines))
    line({ name: 'busy_share', unit: 'None', dimensions, value: busyShare })
    line({ name: 'queue_wait_seconds', unit: 'Seconds', dimensions, value: items === 0 ? 0 : seconds / items })
    line({ name: 'queue_depth', unit: 'Count', dimensions, value: sumOf(depths.values) })
    for (const { labels, value } of depths.values)
      line({ name: 'queue_depth', unit: 'Count', dimensions: labels, value })
  }
  const timer = setInterval(() => void emit(), intervalMs)
  return () => clearInterval(timer)
}

interface Counted {
  labels: Partial<Record<string, string | number>>
  value: number
}

const sumOf = (values: readonly Counted[]): number => values.reduce((sum, { value }) => sum + value, 0)

/** The growth of counters since the last call; a removed one starts again at zero. */
function growth(): (values: readonly Counted[]) => number {
  let before = new Map<string, number>()
  return (values) => {
    const after = new Map(values.map(({ labels, value }) => [JSON.stringify(labels), value]))
    let grown = 0
    for (const [key, value] of after) {
      const last = before.get(key) ?? 0
      grown += value < last ? value : value - last
    }
    before = after
    return grown
  }
}
