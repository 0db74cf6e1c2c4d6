import { describe, expect, it } from 'vitest'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { type ChooseInput, chooseOnnxFile } from '../../../shared/model/choose-onnx-file.ts'

/** What sentence-transformers/all-MiniLM-L6-v2 has on the Hub. */
const minilm = [
  'model_O1',
  'model_O4',
  'model',
  'model_qint8_arm64',
  'model_qint8_avx512_vnni',
  'model_quint8_avx2',
].map((name) => `onnx/${name}.onnx`)
/** What transformers.js exports. */
const exported = ['model_bnb4', 'model_fp16', 'model_int8', 'model', 'model_q4f16', 'model_q4', 'model_quantized'].map(
  (name) => `onnx/${name}.onnx`,
)

const metadataOf = (paths: readonly string[]): RevisionMetadata => ({
  tags: [],
  baseModels: [],
  datasets: [],
  languages: [],
  warnings: [],
  task: 'feature-extraction',
  onnx: paths.map((path) => ({ path, inputs: [], outputs: [], opset: {} })),
})
const choose = (paths: readonly string[], asked: Partial<ChooseInput> = {}) =>
  chooseOnnxFile({ target: 'a/b@main', metadata: metadataOf(paths), ...asked }).file

describe('the ONNX file of a deployment', () => {
  it.each([
    [minilm, {}, 'onnx/model.onnx'],
    [minilm, { device: 'cuda' }, 'onnx/model_O4.onnx'],
    [minilm, { precision: 'int8' }, 'onnx/model_qint8_avx512_vnni.onnx'],
    [exported, {}, 'onnx/model.onnx'],
    [exported, { device: 'cuda' }, 'onnx/model_fp16.onnx'],
    [exported, { precision: 'int8' }, 'onnx/model_int8.onnx'],
    [exported, { precision: 'q4' }, 'onnx/model_q4.onnx'],
    [exported, { precision: 'int8', wanted: 'onnx/model_q4.onnx' }, 'onnx/model_q4.onnx'],
    [['onnx/model_quantized.onnx', 'onnx/model_q4.onnx'], {}, 'onnx/model_quantized.onnx'],
    [['onnx/model_int8.onnx', 'onnx/model_fp16.onnx'], {}, 'onnx/model_fp16.onnx'],
    [['forest.onnx', 'forest_int8.onnx'], {}, 'forest.onnx'],
    [['onnx/text_model.onnx', 'onnx/model_int8.onnx'], {}, 'onnx/model_int8.onnx'],
  ] as const)('of %j, asked for %j, is %s', (paths, asked, file) => {
    expect(choose(paths, asked)).toBe(file)
  })

  it.each([
    [['onnx/model.onnx'], { precision: 'int8' }, 'has no int8 file. Its ONNX files are fp32'],
    [['onnx/text_model.onnx', 'onnx/vision_model.onnx'], { precision: 'fp32' }, 'name one with "file"'],
    [[], { precision: 'fp32' }, 'no ONNX file'],
    [['onnx/model.onnx'], { wanted: 'onnx/model_fp16.onnx' }, 'It has: onnx/model.onnx'],
  ] as const)('of %j, asked for %j, is refused with what there is: %s', (paths, asked, hint) => {
    expect(() => choose(paths, asked)).toThrow(hint)
  })
})

describe('what a deployment serves', () => {
  const taskOf = (task: string | undefined) =>
    chooseOnnxFile({ target: 'a/b@main', metadata: { ...metadataOf(['model.onnx']), task } }).task

  it('is what the model does, and its tensors where nothing is made for that or nobody says what it is', () => {
    expect(['fill-mask', 'object-detection', undefined].map(taskOf)).toEqual(['fill-mask', 'tensors', 'tensors'])
  })

  it('has one name where the Hub has two, and keeps the word of the Hub', () => {
    const metadata = { ...metadataOf(['model.onnx']), task: 'sentence-similarity' }
    const chosen = chooseOnnxFile({ target: 'a/b@main', metadata })
    expect(chosen).toMatchObject({ task: 'feature-extraction', pipelineTag: 'sentence-similarity' })
  })

  it('is nothing yet that writes text', () => {
    expect(() => taskOf('text-generation')).toThrow('not served yet')
  })
})
