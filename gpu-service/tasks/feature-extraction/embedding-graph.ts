import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { extendGraph, GraphNotExtended } from '../../models/extend-graph.ts'
import { normalizes, type PoolingConfig } from './pooling-config.ts'
import { pooledOutput, poolingNodes, rawOutput } from './pooling-nodes.ts'

export interface EmbeddingGraph {
  /** The file to load. */
  path: string
  /** What pools: the original graph, nodes added to it, or this service if none can be added. */
  pooledBy: 'file' | 'nodes' | 'service'
  /** The outputs to request. */
  outputs: EmbeddingOutputs
  /** The lengths of a token's vector and of a text's, if the file declares them. */
  width: { token?: number | undefined; text?: number | undefined }
}

export interface EmbeddingOutputs {
  /** One vector per text; absent if the service pools. */
  vector?: string
  /** That vector before normalisation; absent if it is not normalised by added nodes. */
  raw?: string
  /** One vector per token. */
  tokens?: string
}

/** Returns a graph with one vector per text: the original, or an extended copy. @throws AppError `unsupported_model` */
export async function embeddingGraph(input: EmbeddingGraphInput): Promise<EmbeddingGraph> {
  const { graph, path, file, config, skipsPrompt } = input
  const tokens = tokenOutput(graph.outputs)
  const pooled = pooledOutputOf(graph.outputs, tokens)
  if (pooled !== undefined && !skipsPrompt) {
    const width = { token: lastOf(tokens), text: lastOf(pooled) }
    return { path, pooledBy: 'file', outputs: { vector: pooled.name, ...(tokens && { tokens: tokens.name }) }, width }
  }
  if (tokens === undefined) {
    const why = skipsPrompt ? ', and pooling leaves prompts out' : ''
    throw errors.unsupportedModel(`"${file}" has no output of token vectors, such as "last_hidden_state"${why}.`)
  }
  const width = { token: lastOf(tokens), text: textWidth(config, lastOf(tokens)) }
  const pieces = poolingNodes({ ...config, tokens: tokens.name })
  const extended = hasBroadcasting(graph) ? await extendGraph({ path, pieces }).catch(ifNotExtended) : undefined
  if (extended === undefined) return { path, pooledBy: 'service', outputs: { tokens: tokens.name }, width }
  const outputs = { vector: pooledOutput, tokens: tokens.name, ...(normalizes(config) && { raw: rawOutput }) }
  return { path: extended, pooledBy: 'nodes', outputs, width }
}

interface EmbeddingGraphInput {
  graph: OnnxHeader
  path: string
  /** Its path in the repo. */
  file: string
  config: Pick<PoolingConfig, 'modes' | 'steps'>
  /** Whether some texts have prompts that pooling leaves out, which no graph that pools by itself does. */
  skipsPrompt: boolean
}

/** The added nodes need operators with broadcasting (opset 7). */
const hasBroadcasting = ({ opset }: OnnxHeader): boolean => (opset['ai.onnx'] ?? 0) >= 7

/** A name clashes, or the file would be too large. */
function ifNotExtended(error: unknown): undefined {
  if (!(error instanceof GraphNotExtended)) throw error
}

const isFloat = ({ type }: TensorSignature): boolean => type.startsWith('float')

const tokenOutput = (outputs: readonly TensorSignature[]): TensorSignature | undefined =>
  outputs.find(({ name }) => name === 'last_hidden_state' || name === 'token_embeddings') ??
  outputs.find((output) => isFloat(output) && output.shape?.length === 3)

/** The names in sentence-transformers and in CLIP's text tower. */
const pooledNames = ['sentence_embedding', 'text_embeds']

/** A vector per text: by its name, or as the only output. */
const pooledOutputOf = (outputs: readonly TensorSignature[], tokens: TensorSignature | undefined) =>
  outputs.find((output) => pooledNames.includes(output.name) && isFloat(output) && output.shape?.length !== 3) ??
  (tokens === undefined && outputs.length === 1
    ? outputs.find((output) => isFloat(output) && output.shape?.length === 2)
    : undefined)

function lastOf(output: TensorSignature | undefined): number | undefined {
  const last = output?.shape?.at(-1)
  return typeof last === 'number' && last > 0 ? last : undefined
}

function textWidth({ modes, steps }: EmbeddingGraphInput['config'], token: number | undefined): number | undefined {
  const dense = steps.findLast((step) => step.kind === 'dense')
  return dense?.outWidth ?? (token === undefined ? undefined : token * modes.length)
}
