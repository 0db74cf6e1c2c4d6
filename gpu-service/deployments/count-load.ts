import type { Metrics } from '../../shared/metrics.ts'
import type { LoadTimes } from '../models/model-lease.ts'

/** Counts a load for one of those who use the model. */
export function countLoad({ deployment, took, metrics }: CountLoad): void {
  metrics.modelLoading.observe({ deployment }, took.loadMs / 1000)
  metrics.modelWarmup.observe({ deployment }, took.warmUpMs / 1000)
}

interface CountLoad {
  deployment: string
  took: LoadTimes
  metrics: Pick<Metrics, 'modelLoading' | 'modelWarmup'>
}
