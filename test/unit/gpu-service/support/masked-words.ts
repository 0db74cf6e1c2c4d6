import type { NodeSpec } from '../../../../gpu-service/models/onnx-nodes.ts'
import { embedderModel } from './test-models.ts'
import type { TestModel } from './test-serving.ts'
import { elementTypes, tinyGraph } from './tiny-graphs.ts'

/** The size of the tokenizer's vocabulary. */
export const words = 57

/** The logit of a token for a word. Padding has a high logit for every word, so that it shows if it is counted. */
export const logitOf = (token: number, word: number): number =>
  token === 0 ? 50 : Math.fround(3 * Math.sin(7 * token + 3 * word))

/** A masked-word model with known numbers: the logits of a token depend on that token only. */
export async function maskedWordsModel({
  name,
  task,
  type = 'float32',
  read = 'read',
  dims = ['batch', 'sequence'],
  files = {},
}: MaskedWords): Promise<TestModel> {
  const { files: others } = await embedderModel()
  const kept = Object.entries(others).filter(([path]) => path.startsWith('tokenizer'))
  const config = {
    model_type: 'bert',
    architectures: ['BertForMaskedLM'],
    max_position_embeddings: 64,
    pad_token_id: 0,
  }
  return {
    name,
    repo: `slipway-tests/${name}`,
    task,
    file: 'onnx/model.onnx',
    files: {
      ...Object.fromEntries(kept),
      'config.json': Buffer.from(JSON.stringify({ ...config, vocab_size: words })),
      'onnx/model.onnx': maskedWordsGraph({ type, read, dims }),
      ...files,
    },
  }
}

interface MaskedWords {
  name: string
  task: 'fill-mask' | 'feature-extraction'
  type?: 'float32' | 'float16'
  /** The name of the mask in the graph. */
  read?: string
  /** The dimensions of its inputs. */
  dims?: (string | number)[]
  /** Further files of the repo. */
  files?: Record<string, Buffer>
}

function maskedWordsGraph({ type, read, dims }: Required<Pick<MaskedWords, 'type' | 'read' | 'dims'>>): Buffer {
  const ids = (name: string) => ({ name, elementType: elementTypes.int64, dims })
  const table = Float32Array.from({ length: words * words }, (_, at) => logitOf(Math.floor(at / words), at % words))
  const nodes: NodeSpec[] = [
    { operator: 'Gather', inputs: ['table', 'input_ids'], output: 'own', attributes: { axis: 0 } },
    { operator: 'Cast', inputs: ['own'], output: 'logits', attributes: { to: elementTypes[type] } },
    // Read, so that the graph takes a mask as an encoder does.
    { operator: 'Identity', inputs: ['attention_mask'], output: read },
  ]
  return tinyGraph({
    nodes,
    inputs: [ids('input_ids'), ids('attention_mask')],
    outputs: [{ name: 'logits', elementType: elementTypes[type], dims: [...dims, words] }],
    weights: [{ name: 'table', value: table, dims: [words, words] }],
  })
}

export const splade = (config: unknown): Record<string, Buffer> => ({
  'modules.json': Buffer.from(
    JSON.stringify([
      { path: '', type: 'sentence_transformers.sparse_encoder.models.MLMTransformer' },
      { path: '1_SpladePooling', type: 'sentence_transformers.sparse_encoder.models.SpladePooling' },
    ]),
  ),
  '1_SpladePooling/config.json': Buffer.from(JSON.stringify(config)),
})
