import type { Duration } from '../../batcher/inference-statistics.ts'
import type { Routable } from '../../deployments/route.ts'

/** A loaded model in Triton's statistics extension: durations in nanoseconds, counts of all protocols. */
export function statisticsOf(model: string, { served, item }: Pick<Routable, 'served' | 'item'>) {
  if (served === undefined) return []
  const { success, queue, compute, failed, lastMs, batches } = served.statistics
  const none = { count: 0, ns: 0 }
  return [
    {
      name: model,
      version: item.revision,
      last_inference: Math.round(lastMs),
      inference_count: success.count,
      execution_count: compute.count,
      inference_stats: {
        success: inNanoseconds(success),
        // The duration of failures is not recorded.
        fail: { count: failed, ns: 0 },
        queue: inNanoseconds(queue),
        compute_input: none,
        compute_infer: inNanoseconds(compute),
        compute_output: none,
        cache_hit: none,
        cache_miss: none,
      },
      batch_stats: [...batches]
        .sort(([a], [b]) => a - b)
        .map(([size, duration]) => ({
          batch_size: size,
          compute_input: none,
          compute_infer: inNanoseconds(duration),
          compute_output: none,
        })),
    },
  ]
}

const inNanoseconds = ({ count, ms }: Duration) => ({ count, ns: Math.round(ms * 1e6) })
