import { describe, expect, it } from 'vitest'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { type ChooseInput, chooseOnnxFile } from '../../../shared/model/choose-onnx-file.ts'

/** The files of sentence-transformers/all-MiniLM-L6-v2 on the Hub. */
const minilm = [
  'model_O1',
  'model_O4',
  'model',
  'model_qint8_arm64',
  'model_qint8_avx512_vnni',
  'model_quint8_avx2',
].map((name) => `onnx/${name}.onnx`)
/** The files that transformers.js exports. */
const exported = ['model_bnb4', 'model_fp16', 'model_int8', 'model', 'model_q4f16', 'model_q4', 'model_quantized'].map(
  (name) => `onnx/${name}.onnx`,
)

/** The files that transformers.js exports for a CLIP, without the joint one. */
const towers = (folder: string) =>
  ['text_model', 'text_model_fp16', 'vision_model', 'vision_model_fp16'].map((name) => `${folder}${name}.onnx`)

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
  ] as const)('of %j, with %j, is %s', (paths, asked, file) => {
    expect(choose(paths, asked)).toBe(file)
  })

  it('does not depend on the order in which the files are listed', () => {
    const paths = ['forest_qint8_a.onnx', 'forest_qint8_b.onnx']
    for (const listed of [paths, paths.toReversed()])
      expect(choose(listed, { precision: 'int8' })).toBe('forest_qint8_a.onnx')
  })

  it('is refused for the fault that its inspection found, or while that is under way', () => {
    const sound = metadataOf(['model.onnx'])
    const metadata = { ...sound, onnx: sound.onnx.map((file) => ({ ...file, fault: 'its weights are missing' })) }
    expect(() => choose([], { metadata })).toThrow('cannot be served: its weights are missing.')
    expect(() => choose([], { metadata: undefined })).toThrow(expect.objectContaining({ code: 'still_inspected' }))
  })

  it.each([
    [['onnx/model.onnx'], { precision: 'int8' }, 'has no int8 file. Its ONNX files are fp32'],
    [['onnx/encoder_model.onnx', 'onnx/decoder_model.onnx'], { precision: 'fp32' }, 'name one with "file"'],
    [['onnx/text_model.onnx', 'onnx/audio_model_fp16.onnx'], {}, 'name one with "file"'],
    [[...towers('a/'), ...towers('b/')], {}, 'name one with "file"'],
    [towers('onnx/'), { precision: 'int8' }, 'has no int8 file. Its ONNX files are fp32, fp16'],
    [[], { precision: 'fp32' }, 'no ONNX file'],
    [['onnx/model.onnx'], { wanted: 'onnx/model_fp16.onnx' }, 'It has: onnx/model.onnx'],
  ] as const)('of %j, with %j, is refused with the alternatives: %s', (paths, asked, hint) => {
    expect(() => choose(paths, asked)).toThrow(hint)
  })
})

describe('the ONNX file of a model in two files', () => {
  const chosen = (task: string | undefined, asked: Partial<ChooseInput> = {}) => {
    const paths = [...towers('onnx/'), 'onnx/vision_model_q4.onnx']
    return chooseOnnxFile({ target: 'a/b@main', metadata: { ...metadataOf(paths), task }, ...asked }).file
  }

  it('is the one that reads the input of the task', () => {
    expect(chosen('zero-shot-image-classification')).toBe('onnx/vision_model.onnx')
    expect(chosen('image-feature-extraction', { device: 'cuda' })).toBe('onnx/vision_model_fp16.onnx')
    expect(chosen('feature-extraction')).toBe('onnx/text_model.onnx')
    expect(chosen('zero-shot-image-classification', { wanted: 'onnx/text_model_fp16.onnx' })).toBe(
      'onnx/text_model_fp16.onnx',
    )
  })

  it('may have a precision that the other file lacks', () => {
    expect(chosen('image-feature-extraction', { precision: 'q4' })).toBe('onnx/vision_model_q4.onnx')
    expect(choose(['onnx/text_model.onnx', 'onnx/vision_model_fp16.onnx'])).toBe('onnx/text_model.onnx')
  })

  it('is refused with the precisions of the files for the task', () => {
    const asked = { precision: 'int8' } as const
    expect(() => chosen('image-feature-extraction', asked)).toThrow('Its ONNX files are fp32, fp16, q4;')
    expect(() => chosen('feature-extraction', asked)).toThrow('Its ONNX files are fp32, fp16;')
    expect(() => chosen('zero-shot-image-classification', asked)).toThrow('Its ONNX files are fp32, fp16;')
  })

  it('is refused for a precision that only one of the files has, or a task of neither', () => {
    expect(() => chosen('zero-shot-image-classification', { precision: 'q4' })).toThrow('has no q4 file')
    expect(() => chosen('object-detection')).toThrow('name one with "file"')
    expect(() => chosen(undefined)).toThrow('name one with "file"')
  })

  it('is the joint file if there is one', () => {
    const metadata = { ...metadataOf([...towers('onnx/'), 'onnx/model.onnx']), task: 'zero-shot-image-classification' }
    expect(chooseOnnxFile({ target: 'a/b@main', metadata }).file).toBe('onnx/model.onnx')
  })
})

describe('the task of a deployment', () => {
  const taskOf = (task: string | undefined, asked: Partial<ChooseInput> = {}) =>
    chooseOnnxFile({ target: 'a/b@main', metadata: { ...metadataOf(['model.onnx']), task }, ...asked }).task

  it("is the requested one, even if the model's own task is not served", () => {
    expect(taskOf('text-classification', { wantedTask: 'tensors' })).toBe('tensors')
    expect(taskOf(undefined, { wantedTask: 'sentence-similarity' })).toBe('feature-extraction')
    expect(taskOf('text-generation', { wantedTask: 'tensors' })).toBe('tensors')
  })

  it("is the model's own, or tensors if that is unknown or not served", () => {
    expect(['fill-mask', 'object-detection', undefined].map((task) => taskOf(task))).toEqual([
      'fill-mask',
      'tensors',
      'tensors',
    ])
  })

  it("has one name for synonyms, and keeps the Hub's name as the pipeline tag", () => {
    const metadata = { ...metadataOf(['model.onnx']), task: 'sentence-similarity' }
    const chosen = chooseOnnxFile({ target: 'a/b@main', metadata })
    expect(chosen).toMatchObject({ task: 'feature-extraction', pipelineTag: 'sentence-similarity' })
  })

  it('cannot be text generation yet', () => {
    expect(() => taskOf('text-generation')).toThrow('not served yet')
  })
})
