import { errors } from '../../shared/errors.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import type { Embeddings } from './feature-extraction/embeddings.ts'
import type { LabelScore } from './label-scores.ts'
import type { Sparse } from './sparse/sparse.ts'
import type { TensorAccess } from './tensors/tensors.ts'
import type { Truncation } from './text/truncation.ts'
import type { Answered } from './timing.ts'

/** What protocols may use of a model besides its pipeline. Each task offers those that its model supports. */
export interface Capabilities {
  embeddings: Embeddings
  sparse: Sparse
  rerank: Rerank
  classify: Classify
  tokenizer: TokenizerCapability
  /** The graph itself, by tensor names: for every model whose graph is the repo's. */
  tensors: TensorAccess
}

/** Scores how well each text answers a query, with a cross-encoder. */
export type Rerank = (request: {
  query: string
  texts: readonly string[]
  truncation: Truncation
  /** Return the model's own numbers instead of scores between 0 and 1. */
  rawScores: boolean
  /** Truncates each text to this many tokens. @default the model's limit */
  textTokensMax?: number | undefined
  options: CallOptions
}) => Promise<Answered & { scores: number[] }>

/** Classifies texts, or pairs of texts; each list is in descending order of score and computed when called. */
export type Classify = (request: {
  inputs: readonly (string | readonly [string, string])[]
  truncation: Truncation
  rawScores: boolean
  options: CallOptions
}) => Promise<Answered & { classes: (() => LabelScore[])[] }>

export interface TokenizerCapability {
  /** @throws AppError `invalid_input` if all texts together have more than `tokensMax` tokens. */
  tokenize(request: {
    texts: readonly string[]
    addSpecialTokens: boolean
    tokensMax: number
    signal: AbortSignal
  }): Promise<Token[][]>
  /** @throws AppError `invalid_input` for an id that the model does not have. */
  decode(request: { ids: readonly number[]; skipSpecialTokens: boolean }): string
}

export interface Token {
  id: number
  text: string
  special: boolean
  /** Offsets in the text in code points; absent for a special token. */
  start?: number
  stop?: number
}

/** What an error suggests when a model lacks the capability. */
const taskFor: Record<keyof Capabilities, string> = {
  embeddings: 'feature-extraction',
  sparse: 'a model for sparse embeddings, such as SPLADE',
  rerank: 'text-ranking',
  classify: 'text-classification',
  tokenizer: 'a text model',
  tensors: 'a model that is served with its unmodified graph',
}

/** @throws AppError `wrong_task` if the model lacks the capability. */
export function capabilityOf<Kind extends keyof Capabilities>({ model, kind, route }: AskCapability<Kind>) {
  const capability = route.service.capabilities[kind]
  if (capability === undefined) throw errors.wrongTask(model, route.task, taskFor[kind])
  return capability
}

/** Whether a model has one of these capabilities. */
export const offers =
  (...kinds: (keyof Capabilities)[]) =>
  ({ service }: { service: { capabilities: Partial<Capabilities> } }): boolean =>
    kinds.some((kind) => service.capabilities[kind] !== undefined)

interface AskCapability<Kind extends keyof Capabilities> {
  /** As the caller named it. */
  model: string
  kind: Kind
  route: { task: string; service: { capabilities: Partial<Capabilities> } }
}
