import type { Metrics } from '../../shared/metrics.ts'
import { servedTasks } from '../../shared/model/served-tasks.ts'

/** Removes a deployment's metrics, because a process may see thousands come and go. */
export function forgetMetrics(name: string, metrics: Metrics): void {
  for (const outcome of ['ok', 'error', 'dropped']) metrics.shadowRequests.remove({ deployment: name, outcome })
  for (const deployment of [name, `${name}:shadow`]) {
    const { modelLoading, modelWarmup, predictionLatency, batchSize, queueDepth, queueWait } = metrics
    for (const metric of [modelLoading, modelWarmup, predictionLatency, batchSize, queueDepth, queueWait])
      metric.remove({ deployment })
    for (const task of servedTasks)
      for (const outcome of ['ok', 'error', 'dropped', 'refused', 'expired'])
        metrics.predictions.remove({ deployment, task, outcome })
    for (const from of ['run', 'cache']) metrics.reusedAnswers.remove({ deployment, from })
    for (const reason of ['split', 'engine_died']) metrics.batchRetries.remove({ deployment, reason })
    forgetAsTriton(deployment, metrics)
  }
}

function forgetAsTriton(model: string, metrics: Metrics): void {
  const { tritonSuccess, tritonCount, tritonExecutions, tritonRequestTime, tritonQueueTime, tritonComputeTime } =
    metrics
  const labels = { model, version: '1' }
  for (const metric of [
    tritonSuccess,
    tritonCount,
    tritonExecutions,
    tritonRequestTime,
    tritonQueueTime,
    tritonComputeTime,
  ])
    metric.remove(labels)
  for (const reason of ['BACKEND', 'REJECTED', 'CANCELED']) metrics.tritonFailure.remove({ ...labels, reason })
}
