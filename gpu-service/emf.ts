import { type EmfLine, emfLine } from '../shared/emf.ts'
import type { Metrics } from '../shared/metrics.ts'

interface EmfOptions {
  namespace: string
  /** Whose replica this is: pools of one stage do not scale on each other's numbers. */
  pool: string
  /** How many runs this replica makes at once. */
  engines: number
  metrics: Metrics
  write: (line: string) => void
  intervalMs?: number
  now?: () => number
}

/**
 * Writes how loaded this replica is, as CloudWatch's embedded metric format: JSON lines that CloudWatch Logs turns into
 * metrics. Each replica of a pool writes each number once, so that their average is that of a replica, which is what
 * scaling reads: the share of the time that its engines ran, and how long items waited for one. How many wait says less,
 * because a slow model's queue is refused while it is short. Returns what stops it.
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

/** By how much counters grew since they were last looked at; one that was taken out in between begins again at zero. */
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
