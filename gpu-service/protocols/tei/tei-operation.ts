import type { CallOptions } from '../../batcher/call-options.ts'
import type { Route } from '../../deployments/route.ts'
import type { Capabilities } from '../../tasks/capabilities.ts'
import type { HeldWeights } from '../../tasks/sparse/sparse.ts'
import type { JsonText, Timing } from '../../tasks/task.ts'

export interface TeiRequest {
  body: unknown
  /** As the caller named it. */
  model: string
  route: Route
  options: CallOptions
  /** What all parts of its answer hold together. */
  held?: HeldWeights
}

export interface TeiAnswer {
  json: JsonText
  /** Absent where no model ran. */
  timing?: Timing
  tokens: number
  characters: number
  tokenizationMs?: number
  /** How many texts or pairs were asked about, and whether as a list. */
  inputs: number
  isSingle: boolean
}

/** One thing that text-embeddings-inference does, by whichever of its routes it is asked. */
export interface TeiOperation {
  /** What a model must be able to do for it. */
  kind: keyof Capabilities
  counts: 'embed' | 'predict'
  /** Where a body has what it is asked about. @default inputs */
  field?: string
  answer(request: TeiRequest): Promise<TeiAnswer>
}
