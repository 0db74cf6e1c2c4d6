import { errors } from '../../shared/errors.ts'
import type { CallOptions } from '../batcher/call-options.ts'
import type { Embeddings } from './feature-extraction/embeddings.ts'
import type { LabelScore } from './label-scores.ts'
import type { Sparse } from './sparse/sparse.ts'
import type { Timing } from './task.ts'
import type { TensorAccess } from './tensors/tensors.ts'

/** What protocols may ask of a model besides its pipeline, kind by kind. A task has those that its models can do. */
export interface Capabilities {
  embeddings: Embeddings
  sparse: Sparse
  rerank: Rerank
  classify: Classify
  tokenizer: TokenizerCapability
  /** The graph itself, by the names of its tensors: every model has it whose graph is its repo's. */
  tensors: TensorAccess
}

/** How a text that is too long for the model is dealt with. */
export interface Truncation {
  /** Off: such a text is an error, `invalid_input`. */
  truncate: boolean
  /** The end that is cut off. */
  direction: 'left' | 'right'
}

/** What an answer cost. */
export interface Answered {
  timing: Timing
  /** The tokens of all inputs, special ones included. */
  tokens: number
}

/** How well each text answers a query, by a cross-encoder. */
export type Rerank = (request: {
  query: string
  texts: readonly string[]
  truncation: Truncation
  /** The model's own numbers instead of ones between 0 and 1. */
  rawScores: boolean
  /** How much of each text is read, where that is less than the model could. */
  textTokensMax?: number | undefined
  options: CallOptions
}) => Promise<Answered & { scores: number[] }>

/** The classes of texts, or of pairs of texts, each list from the likeliest down, and made when it is asked for. */
export type Classify = (request: {
  inputs: readonly (string | readonly [string, string])[]
  truncation: Truncation
  rawScores: boolean
  options: CallOptions
}) => Promise<Answered & { classes: (() => LabelScore[])[] }>

export interface TokenizerCapability {
  /** @throws AppError `invalid_input` where all texts together have more than `tokensMax` tokens. */
  tokenize(request: {
    texts: readonly string[]
    addSpecialTokens: boolean
    tokensMax: number
    signal: AbortSignal
  }): Promise<Token[][]>
  /** @throws AppError `invalid_input` for an id that is not the model's. */
  decode(request: { ids: readonly number[]; skipSpecialTokens: boolean }): string
}

export interface Token {
  id: number
  text: string
  special: boolean
  /** Where it stands in the text, in characters; absent for a special token. */
  start?: number
  stop?: number
}

/** The task that is named to a caller who asks for what a model cannot do. */
const taskFor: Record<keyof Capabilities, string> = {
  embeddings: 'feature-extraction',
  sparse: 'sparse embeddings, as SPLADE makes them of a model for fill-mask',
  rerank: 'text-ranking',
  classify: 'text-classification',
  tokenizer: 'a text model',
  tensors: 'a model whose graph is served as it is',
}

/** @throws AppError `wrong_task` where the model cannot do it. */
export function capabilityOf<Kind extends keyof Capabilities>({ model, kind, route }: AskCapability<Kind>) {
  const capability = route.service.capabilities[kind]
  if (capability === undefined) throw errors.wrongTask(model, route.task, taskFor[kind])
  return capability
}

interface AskCapability<Kind extends keyof Capabilities> {
  /** As the caller named it. */
  model: string
  kind: Kind
  route: { task: string; service: { capabilities: Partial<Capabilities> } }
}
