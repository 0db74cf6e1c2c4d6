import type { CallOptions } from '../../batcher/call-options.ts'
import type { Route } from '../../deployments/route.ts'
import type { Capabilities } from '../../tasks/capabilities.ts'
import type { HeldWeights } from '../../tasks/sparse/sparse.ts'
import type { JsonText } from '../../tasks/task.ts'
import type { Timing } from '../../tasks/timing.ts'

export interface TeiRequest {
  body: unknown
  /** As the caller wrote it. */
  model: string
  route: Route
  options: CallOptions
  /** Limits the total size of all parts of the answer. */
  held?: HeldWeights
}

export interface TeiAnswer {
  json: JsonText
  /** Absent if no model ran. */
  timing?: Timing
  tokens: number
  characters: number
  tokenizationMs?: number
  /** How many texts or pairs there were, and whether in a list. */
  inputs: number
  isSingle: boolean
}

/** An operation of text-embeddings-inference, shared by its own route and the generic ones. */
export interface TeiOperation {
  /** The capability it needs. */
  kind: keyof Capabilities
  counts: 'embed' | 'predict'
  /** The field of its inputs. @default inputs */
  field?: string
  answer(request: TeiRequest): Promise<TeiAnswer>
}
