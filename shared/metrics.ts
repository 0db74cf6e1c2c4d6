import { Gauge, Histogram, Registry } from 'prom-client'
import { bufferedCounter } from './buffered-counter.ts'

/** In seconds, from a fast refusal to a slow model load. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/**
 * Every metric of the platform, declared once. A process creates one set and passes it to its parts. Labels hold names
 * that the team chose (such as a deployment), never a caller's text, so that their number is bounded.
 */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    bufferedCounter({ name, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Gauge({ name, help, labelNames, registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets = durationBuckets,
  ) => new Histogram({ name, help, labelNames, buckets, registers })

  const caches = new Map<string, () => number>()
  const cacheHitRatio = gauge('cache_hit_ratio', 'Share of lookups answered from memory since the start.', ['cache'])
  Object.assign(cacheHitRatio, {
    collect: () => {
      for (const [cache, ratio] of caches) cacheHitRatio.set({ cache }, ratio())
    },
  })

  return {
    registry,
    cacheHitRatio,
    /** Reads a cache's hit ratio whenever the metrics are scraped. */
    watchCache: (name: string, ratio: () => number): void => void caches.set(name, ratio),
    httpRequests: counter('http_requests_total', 'HTTP requests answered.', ['method', 'route', 'status']),
    httpDuration: histogram('http_request_duration_seconds', 'Time to answer an HTTP request.', ['method', 'route']),
    modelDownloads: counter('model_downloads_total', 'Imports that ended, by outcome.', ['source', 'outcome']),
    modelDownloadDuration: histogram('model_download_duration_seconds', 'From the start of an import to its end.', [
      'source',
    ]),
    activeDownloads: gauge('model_active_downloads', 'Ranges of files being transferred now.', []),
    modelLoading: histogram(
      'model_loading_duration_seconds',
      'From the request for a load to a session that answers.',
      ['deployment'],
    ),
    modelWarmup: histogram('model_warmup_duration_seconds', 'Time of the warm-up runs before a model is ready.', [
      'deployment',
    ]),
    cacheRepairs: counter(
      'model_cache_repairs_total',
      'Model files that had changed on this disk and were downloaded again.',
      [],
    ),
    modelsResident: gauge('models_resident', 'Models that are loaded now.', []),
    modelMemory: gauge('model_memory_bytes', 'Estimated memory of the loaded models in all engines.', []),
    modelEvictions: counter('model_evictions_total', 'Models evicted to make room for others, by reason.', ['reason']),
    predictions: counter('predictions_total', 'Inputs answered by a model, by outcome.', [
      'deployment',
      'task',
      'outcome',
    ]),
    keyRequests: counter(
      'key_requests_total',
      'Requests admitted, by deployment and API key; "other" beyond 500 pairs.',
      ['deployment', 'key'],
    ),
    shadowRequests: counter('shadow_requests_total', 'Copies of requests for a shadow target, by outcome.', [
      'deployment',
      'outcome',
    ]),
    predictionLatency: histogram(
      'prediction_latency_ms',
      'From an input being queued to its answer, in milliseconds.',
      ['deployment'],
      [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
    ),
    batchSize: histogram('batch_size', 'Items per engine run.', ['deployment'], [1, 2, 4, 8, 16, 32, 64, 128]),
    reusedAnswers: counter('reused_answers_total', 'Inputs answered by a run for another caller, or from the cache.', [
      'deployment',
      'from',
    ]),
    batchRetries: counter('batch_retries_total', 'Batches run again: in halves, or because their engine died.', [
      'deployment',
      'reason',
    ]),
    queueDepth: gauge('queue_depth', 'Items that wait for an engine.', ['deployment']),
    queueWait: histogram('queue_wait_seconds', 'Time an item waited before its run.', ['deployment']),
    // Triton's own names, which dashboards for Triton use.
    tritonSuccess: counter('nv_inference_request_success', 'Inputs answered by a model.', ['model', 'version']),
    tritonFailure: counter('nv_inference_request_failure', 'Inputs that a model failed to answer.', [
      'model',
      'version',
      'reason',
    ]),
    tritonCount: counter('nv_inference_count', 'Items that ran.', ['model', 'version']),
    tritonExecutions: counter('nv_inference_exec_count', 'Runs, each of one or more items.', ['model', 'version']),
    tritonRequestTime: counter('nv_inference_request_duration_us', 'From queued to answered, summed.', [
      'model',
      'version',
    ]),
    tritonQueueTime: counter('nv_inference_queue_duration_us', 'Time that items waited, summed.', ['model', 'version']),
    tritonComputeTime: counter('nv_inference_compute_infer_duration_us', 'Time of the runs, summed.', [
      'model',
      'version',
    ]),
    errors: counter('errors_total', 'Errors answered or logged, by their stable code.', ['code']),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
