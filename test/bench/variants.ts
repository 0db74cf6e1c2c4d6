import type { ServingConfig } from '../../gpu-service/serving-config.ts'
import { minilmFp32, minilmInt8, type RealModel } from '../support/real-models.ts'

/**
 * A file and how it is served, with the results of text-embeddings-inference for it on a quiet machine of this kind.
 */
export interface Variant {
  name: string
  model: RealModel | undefined
  options: Partial<ServingConfig>
  /** The name in transformers.js; absent if that was already measured. */
  dtype?: string
  /** Whether every text runs alone, in the ceiling too. */
  isAlone?: boolean
  /** Its p50 for one client, and the ceiling of that run: our bound is scaled by the ceilings. */
  tei: { p50Ms: number; ceiling: number }
  least: Least
}

/** The lowest accepted share of the ceiling: what was reached, minus the noise of a shared machine. */
interface Least {
  fixed: number
  mixed: number
  arrays: number
}

const int8 = { model: minilmInt8, tei: { p50Ms: 1.9, ceiling: 1360 } }

export const variants: Variant[] = [
  {
    name: 'fp32',
    model: minilmFp32,
    options: {},
    dtype: 'fp32',
    tei: { p50Ms: 3.3, ceiling: 500 },
    least: { fixed: 0.8, mixed: 0.78, arrays: 0.82 },
  },
  {
    name: 'int8, texts share runs',
    ...int8,
    options: { isolate: 'never' },
    dtype: 'int8',
    least: { fixed: 0.77, mixed: 0.76, arrays: 0.83 },
  },
  {
    name: 'int8, a run for each text',
    ...int8,
    options: { isolate: 'auto' },
    isAlone: true,
    least: { fixed: 0.8, mixed: 0.78, arrays: 0.83 },
  },
]
