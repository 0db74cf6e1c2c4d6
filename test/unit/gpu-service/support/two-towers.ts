import { embedderModel } from './test-models.ts'
import type { TestModel } from './test-serving.ts'
import { elementTypes, tinyGraph } from './tiny-graphs.ts'

const words = 57
const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** The vector of a token in the text tower, which takes the maximum over tokens. Padding is far below all of them. */
export const tokenVector = (token: number): number[] =>
  token === 0 ? [-50, -50, -50] : [1 + Math.sin(token) / 5, 0.5 + Math.cos(token) / 5, 0.2 + Math.sin(3 * token) / 5]

/** A CLIP in two files with known numbers: the vector of a picture is its mean colour. */
export async function twoTowerFiles(): Promise<Record<string, Buffer>> {
  const { files } = await embedderModel()
  return {
    ...Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('tokenizer'))),
    'config.json': json({ model_type: 'clip', architectures: ['CLIPModel'], text_config: { vocab_size: words } }),
    'preprocessor_config.json': json({
      size: { height: 4, width: 4 },
      do_center_crop: false,
      do_resize: true,
      do_rescale: true,
      do_normalize: false,
      image_processor_type: 'CLIPImageProcessor',
    }),
    'onnx/text_model.onnx': textTower(),
    'onnx/vision_model.onnx': visionTower(),
  }
}

export async function twoTowerModel({ name, task, file, files = {} }: TwoTowerModel): Promise<TestModel> {
  return { name, repo: `slipway-tests/${name}`, task, file, files: { ...(await twoTowerFiles()), ...files } }
}

interface TwoTowerModel {
  name: string
  task: string
  file: string
  /** Further files of the repo, or replacements. */
  files?: Record<string, Buffer>
}

const textTower = (): Buffer =>
  tinyGraph({
    nodes: [
      { operator: 'Gather', inputs: ['table', 'input_ids'], output: 'last_hidden_state', attributes: { axis: 0 } },
      {
        operator: 'Transpose',
        inputs: ['last_hidden_state'],
        output: 'channels',
        attributes: { perm: [0, 2, 1] },
      },
      { operator: 'GlobalMaxPool', inputs: ['channels'], output: 'peaks' },
      { operator: 'Flatten', inputs: ['peaks'], output: 'text_embeds', attributes: { axis: 1 } },
      // Read, so that the graph takes a mask as an encoder does.
      { operator: 'Identity', inputs: ['attention_mask'], output: 'mask' },
    ],
    inputs: ['input_ids', 'attention_mask'].map((name) => ({
      name,
      elementType: elementTypes.int64,
      dims: ['batch', 'sequence'],
    })),
    outputs: [
      { name: 'text_embeds', elementType: elementTypes.float32, dims: ['batch', 3] },
      { name: 'last_hidden_state', elementType: elementTypes.float32, dims: ['batch', 'sequence', 3] },
    ],
    weights: [
      {
        name: 'table',
        value: Float32Array.from(Array.from({ length: words }, (_, token) => tokenVector(token)).flat()),
        dims: [words, 3],
      },
    ],
  })

const visionTower = (): Buffer =>
  tinyGraph({
    nodes: [
      { operator: 'GlobalAveragePool', inputs: ['pixel_values'], output: 'means' },
      { operator: 'Flatten', inputs: ['means'], output: 'image_embeds', attributes: { axis: 1 } },
    ],
    inputs: [{ name: 'pixel_values', elementType: elementTypes.float32, dims: ['batch', 3, 4, 4] }],
    outputs: [{ name: 'image_embeds', elementType: elementTypes.float32, dims: ['batch', 3] }],
  })
