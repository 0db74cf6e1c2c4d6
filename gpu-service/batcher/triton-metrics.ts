import type { Metrics } from '../../shared/metrics.ts'
import type { BatchObserver } from './batch-observer.ts'

/** Also counts under Triton's metric names. The version is always 1, because a deployment answers as one model. */
export function countAsTriton(deployment: string, metrics: Metrics, observer: BatchObserver): BatchObserver {
  const labels = { model: deployment, version: '1' }
  const success = metrics.tritonSuccess.labels(labels)
  const failure = (reason: string) => metrics.tritonFailure.labels({ ...labels, reason })
  const [backend, rejected, canceled] = ['BACKEND', 'REJECTED', 'CANCELED'].map(failure)
  const count = metrics.tritonCount.labels(labels)
  const executions = metrics.tritonExecutions.labels(labels)
  const requestTime = metrics.tritonRequestTime.labels(labels)
  const queueTime = metrics.tritonQueueTime.labels(labels)
  const computeTime = metrics.tritonComputeTime.labels(labels)
  return {
    ...observer,
    ran(run) {
      count.inc(run.batchSize)
      executions.inc()
      computeTime.inc(Math.round(run.runMs * 1000))
      observer.ran(run)
    },
    answered(item) {
      success.inc()
      requestTime.inc(Math.round(item.latencyMs * 1000))
      queueTime.inc(Math.round(item.queueMs * 1000))
      observer.answered(item)
    },
    failed(items) {
      backend?.inc(items)
      observer.failed(items)
    },
    refused(items) {
      rejected?.inc(items)
      observer.refused(items)
    },
    dropped(items) {
      canceled?.inc(items)
      observer.dropped(items)
    },
  }
}
