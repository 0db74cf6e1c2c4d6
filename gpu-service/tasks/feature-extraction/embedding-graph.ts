import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { extendGraph, GraphNotExtended } from '../../models/extend-graph.ts'
import { normalizes, type PoolingConfig } from './pooling-config.ts'
import { namePrefix, pooledOutput, poolingNodes, rawOutput } from './pooling-nodes.ts'

export interface EmbeddingGraph {
  /** The file to load. */
  path: string
  /** What pools: the file by itself, nodes that were put behind it, or this service where that cannot be. */
  pooledBy: 'file' | 'nodes' | 'service'
  /** The outputs to ask for. */
  outputs: EmbeddingOutputs
  /** How long a token's vector and a text's are, where the file says so. */
  width: { token?: number | undefined; text?: number | undefined }
}

export interface EmbeddingOutputs {
  /** One vector per text; absent where the service pools. */
  vector?: string
  /** That vector before it is brought to length 1; absent where it never was. */
  raw?: string
  /** One vector per token. */
  tokens?: string
}

/** A graph that gives one vector per text: the repo's own, or one made of it. @throws AppError `unsupported_model` */
export async function embeddingGraph({ graph, path, file, config }: EmbeddingGraphInput): Promise<EmbeddingGraph> {
  const tokens = tokenOutput(graph.outputs)
  const pooled = pooledOutputOf(graph.outputs, tokens)
  if (pooled !== undefined) {
    const width = { token: lastOf(tokens), text: lastOf(pooled) }
    return { path, pooledBy: 'file', outputs: { vector: pooled.name, ...(tokens && { tokens: tokens.name }) }, width }
  }
  if (tokens === undefined)
    throw errors.unsupportedModel(`"${file}" has no output of token vectors, such as "last_hidden_state".`)
  const width = { token: lastOf(tokens), text: textWidth(config, lastOf(tokens)) }
  const pieces = poolingNodes({ ...config, tokens: tokens.name })
  const extended = canBeExtended(graph) ? await extendGraph({ path, pieces }).catch(ifNotExtended) : undefined
  if (extended === undefined) return { path, pooledBy: 'service', outputs: { tokens: tokens.name }, width }
  const outputs = { vector: pooledOutput, tokens: tokens.name, ...(normalizes(config) && { raw: rawOutput }) }
  return { path: extended, pooledBy: 'nodes', outputs, width }
}

interface EmbeddingGraphInput {
  graph: OnnxHeader
  path: string
  /** Its name in the repo. */
  file: string
  config: Pick<PoolingConfig, 'modes' | 'steps'>
}

/** Names that a file has already cannot be given again, and operators without broadcasting cannot take our inputs. */
export const canBeExtended = ({ inputs, outputs, opset }: Pick<OnnxHeader, 'inputs' | 'outputs' | 'opset'>): boolean =>
  [...inputs, ...outputs].every(({ name }) => !name.startsWith(namePrefix)) && (opset['ai.onnx'] ?? 0) >= 7

/** Names inside of the graph, and its size, are known only when it is read. */
function ifNotExtended(error: unknown): undefined {
  if (!(error instanceof GraphNotExtended)) throw error
}

const isFloat = ({ type }: TensorSignature): boolean => type.startsWith('float')

const tokenOutput = (outputs: readonly TensorSignature[]): TensorSignature | undefined =>
  outputs.find(({ name }) => name === 'last_hidden_state' || name === 'token_embeddings') ??
  outputs.find((output) => isFloat(output) && output.shape?.length === 3)

/** What sentence-transformers calls a text's vector, and what CLIP's half that reads texts does. */
const pooledNames = ['sentence_embedding', 'text_embeds']

/** A vector per text: named so, or all that there is. */
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
