import { Counter, Histogram } from 'prom-client'
import type { Metrics } from './metrics.ts'

/** One line of CloudWatch's embedded metric format, which CloudWatch Logs turns into a metric. */
export interface EmfLine {
  namespace: string
  name: string
  unit: EmfUnit
  /** Every distinct set of names and values is billed as a metric of its own. */
  dimensions: Record<string, string | number | undefined>
  /** One value, or up to 100 observations. */
  value: number | number[]
  now: Date
}

type EmfUnit = 'Count' | 'Seconds' | 'Milliseconds' | 'None'

export function emfLine({ namespace, name, unit, dimensions, value, now }: EmfLine): string {
  const Metrics = [{ Name: name, Unit: unit }]
  const directive = { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics }
  const _aws = { Timestamp: now.getTime(), CloudWatchMetrics: [directive] }
  return JSON.stringify({ _aws, ...dimensions, [name]: value })
}

interface ReportOptions {
  /** Without a namespace nothing is written. */
  namespace: string | undefined
  metrics: Metrics
  write?: (line: string) => void
}

/**
 * Wraps a Lambda's handler to write its metrics after each invocation, even a failed one: a Lambda cannot be scraped,
 * and may be gone a second later.
 */
export const reportingMetrics =
  <Args extends unknown[], Answer>(
    { namespace, metrics, write = toStandardOutput }: ReportOptions,
    handler: (...args: Args) => Promise<Answer>,
  ) =>
  async (...args: Args): Promise<Answer> => {
    try {
      return await handler(...args)
    } finally {
      if (namespace !== undefined)
        for await (const { name, labels, value } of takeCounted(metrics))
          write(emfLine({ namespace, name, unit: unitOf(name), dimensions: labels, value, now: new Date() }))
    }
  }

/** The counts since the last call, which resets them. Gauges are left out because they describe the present. */
async function* takeCounted(metrics: Metrics) {
  for (const metric of Object.values(metrics)) {
    if (metric instanceof Counter) {
      const { name, values } = await metric.get()
      metric.reset()
      for (const { labels, value } of values) if (value > 0) yield { name, labels, value }
    }
    if (metric instanceof Histogram) {
      const { name, values } = await metric.get()
      metric.reset()
      const sums = values.filter(({ metricName }) => metricName === `${name}_sum`)
      const counts = values.filter(({ metricName }) => metricName === `${name}_count`)
      for (const [at, { labels, value: sum }] of sums.entries()) {
        const count = counts[at]?.value ?? 0
        // An invocation is one request or step; if it observes more values than fit, only their count and sum are kept.
        for (let left = count; left > 0; left -= valuesMax)
          yield { name, labels, value: Array<number>(Math.min(left, valuesMax)).fill(sum / count) }
      }
    }
  }
}

const valuesMax = 100

function unitOf(name: string): EmfUnit {
  if (name.endsWith('_seconds')) return 'Seconds'
  return name.endsWith('_ms') ? 'Milliseconds' : 'Count'
}

// Lambda's console.log prefixes each line with the time, and the line has to be pure JSON.
const toStandardOutput = (line: string): void => {
  process.stdout.write(`${line}\n`)
}
