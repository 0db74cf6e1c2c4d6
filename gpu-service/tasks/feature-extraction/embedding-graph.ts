import type { TensorSignature } from '../../../shared/contract/repo.ts'
import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import { extendGraph } from '../../models/extend-graph.ts'
import { knownInputs } from './embedding-model.ts'
import type { PoolingConfig } from './pooling-config.ts'
import { pooledOutput, poolingNodes } from './pooling-nodes.ts'

export interface EmbeddingGraph {
  /** The file to load. */
  path: string
  /** The output with one vector per text. */
  output: string
  /** Whether the file was extended to pool. */
  isExtended: boolean
}

/** A graph that gives one vector per text: the repo's own, or one made of it. @throws AppError `unsupported_model` */
export async function embeddingGraph({ graph, path, file, config }: EmbeddingGraphInput): Promise<EmbeddingGraph> {
  const strange = graph.inputs.find(({ name, type }) => !isKnown(name) || type !== 'int64')
  if (strange !== undefined)
    throw errors.unsupportedModel(
      `"${file}" takes an input "${strange.name}" (${strange.type}); int64 ${knownInputs.join(', ')} are served.`,
    )
  const pooled = graph.outputs.find(({ name, type }) => name === 'sentence_embedding' && type === 'float32')
  if (pooled !== undefined) return { path, output: pooled.name, isExtended: false }
  const tokens = tokenOutput(graph.outputs)
  if (tokens === undefined)
    throw errors.unsupportedModel(`"${file}" has no output of token vectors, such as "last_hidden_state".`)
  const extended = await extendGraph({ path, pieces: poolingNodes({ ...config, tokens: tokens.name }) })
  return { path: extended, output: pooledOutput, isExtended: true }
}

interface EmbeddingGraphInput {
  graph: OnnxHeader
  path: string
  /** Its name in the repo. */
  file: string
  config: PoolingConfig
}

const isKnown = (name: string): boolean => knownInputs.some((known) => known === name)

const tokenOutput = (outputs: readonly TensorSignature[]): TensorSignature | undefined =>
  outputs.find(({ name }) => name === 'last_hidden_state' || name === 'token_embeddings') ??
  outputs.find(({ type, shape }) => type.startsWith('float') && shape?.length === 3)
