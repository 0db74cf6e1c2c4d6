import { Counter, Gauge, Histogram, type Metric, type Registry } from 'prom-client'
import type { Metrics } from '../../../shared/metrics.ts'

/** text-embeddings-inference's 35 buckets from 15 µs, each half as long again as the last. */
const durationBuckets = Array.from({ length: 35 }, (_, index) => 0.000015 * 1.5 ** index)
const lengthBuckets = Array.from({ length: 15 }, (_, index) => 2 ** index)

interface TeiRequestNumbers {
  method: 'single' | 'batch'
  kind: 'embed' | 'predict'
  inputs: number
  tokens: number
  totalMs: number
  tokenizationMs: number
  queueMs: number
  runMs: number
}

export interface TeiMetrics {
  asked(method: 'single' | 'batch'): void
  answered(request: TeiRequestNumbers): void
  failed(reason: string): void
}

const made = new WeakMap<Registry, TeiMetrics>()

/** The metrics of text-embeddings-inference's dashboards, filled by its routes. One set per registry. */
export function teiMetrics(metrics: Metrics): TeiMetrics {
  const { registry } = metrics
  const held = made.get(registry)
  if (held !== undefined) return held
  const created = createTeiMetrics(metrics)
  made.set(registry, created)
  return created
}

function createTeiMetrics({ registry, queueDepth, batchSize }: Metrics): TeiMetrics {
  const registers = [registry]
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = (name: string, help: string, buckets = durationBuckets) =>
    new Histogram({ name, help, buckets, registers })
  const requests = counter('te_request_count', 'Requests to the text-embeddings-inference routes.', ['method'])
  const successes = counter('te_request_success', 'Requests answered successfully.', ['method'])
  const failures = counter('te_request_failure', 'Requests that failed, by reason.', ['err'])
  const kinds = {
    embed: {
      count: counter('te_embed_count', 'Texts embedded.'),
      success: counter('te_embed_success', 'Texts embedded.'),
    },
    predict: {
      count: counter('te_predict_count', 'Texts and pairs classified or ranked.'),
      success: counter('te_predict_success', 'Texts and pairs classified or ranked.'),
    },
  }
  const inputLength = histogram('te_request_input_length', 'Tokens per request.', lengthBuckets)
  const durations = {
    totalMs: histogram('te_request_duration', 'Seconds per request.'),
    tokenizationMs: histogram('te_request_tokenization_duration', 'Seconds per request in the tokenizer.'),
    queueMs: histogram('te_request_queue_duration', 'Seconds per request in the queue.'),
    runMs: histogram('te_request_inference_duration', 'Seconds per request in the model.'),
  }
  const queueSize = new Gauge({
    name: 'te_queue_size',
    help: 'Texts waiting for an engine, over all deployments.',
    registers,
    async collect() {
      const { values } = await queueDepth.get()
      this.set(values.reduce((total, { value }) => total + value, 0))
    },
  })
  void queueSize
  registry.registerMetric(summed({ source: batchSize, name: 'te_batch_next_size', help: 'Texts per run.' }))
  return {
    asked: (method) => requests.inc({ method }),
    failed: (err) => failures.inc({ err }),
    answered({ method, kind, inputs, tokens, ...times }) {
      successes.inc({ method })
      kinds[kind].count.inc(inputs)
      kinds[kind].success.inc(inputs)
      inputLength.observe(tokens)
      for (const [name, one] of Object.entries(durations)) one.observe(times[name as keyof typeof durations] / 1000)
    },
  }
}

/** One of our histograms under another name, summed over its labels when scraped. */
function summed({ source, name, help }: { source: Metrics['batchSize']; name: string; help: string }): Metric {
  const get = async () => {
    const { values, name: own, ...rest } = await source.get()
    const sums = new Map<string, { metricName: string; labels: { le?: string | number }; value: number }>()
    for (const one of values) {
      const { le } = one.labels as { le?: string | number }
      const metricName = (one.metricName ?? own).replace(own, name)
      const key = `${metricName} ${le ?? ''}`
      sums.set(key, {
        metricName,
        labels: le === undefined ? {} : { le },
        value: one.value + (sums.get(key)?.value ?? 0),
      })
    }
    return { ...rest, name, help, values: [...sums.values()] }
  }
  return { name, help, get, reset: () => undefined } as unknown as Metric
}
