import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { deriveLibrary, formatsOf } from '../../../functions/ingest/inspect/derive-library.ts'
import { deriveLineage } from '../../../functions/ingest/inspect/derive-lineage.ts'
import { deriveTask } from '../../../functions/ingest/inspect/derive-task.ts'
import { type Evidence, noEvidence } from '../../../functions/ingest/inspect/evidence.ts'
import type { ModelCard } from '../../../functions/ingest/inspect/model-card.ts'
import { hubLibraries, hubTasks } from '../../../shared/model/hub-words.ts'

const evidence = ({
  card = {},
  ...other
}: Partial<Omit<Evidence, 'card'>> & { card?: Partial<ModelCard> }): Evidence => ({
  ...noEvidence,
  ...other,
  card: { ...noEvidence.card, ...card },
})
const taking = (...inputs: string[]) => [{ producer: 'pytorch', operators: new Set<string>(), inputs }]
const graph = (...operators: string[]) => [{ producer: 'skl2onnx', operators: new Set(operators) }]

it('the tasks and libraries are those of @huggingface/tasks', () => {
  const fromHub = createRequire(createRequire(import.meta.url).resolve('@huggingface/hub'))
  const tasks = fromHub('@huggingface/tasks')
  expect([...hubTasks].sort()).toEqual(
    Object.keys(tasks.PIPELINE_DATA)
      .filter((name) => name !== 'other')
      .sort(),
  )
  expect([...hubLibraries].sort()).toEqual(Object.keys(tasks.MODEL_LIBRARIES_UI_ELEMENTS).sort())
})

describe('the task', () => {
  const bert = { architectures: ['BertForTokenClassification'] }
  it.each<[string, Evidence, string | undefined]>([
    ['the card', evidence({ card: { pipeline_tag: 'fill-mask' }, config: bert }), 'fill-mask'],
    [
      'the architecture before the tags',
      evidence({ card: { tags: ['translation'] }, config: bert }),
      'token-classification',
    ],
    [
      'the tags before a bare model',
      evidence({ card: { tags: ['x', 'translation'] }, config: { architectures: ['T5Model'] } }),
      'translation',
    ],
    ['a bare model', evidence({ config: { architectures: ['BertModel'] } }), 'feature-extraction'],
    [
      'a bare model whose graphs take only pictures',
      evidence({ config: { architectures: ['Dinov2Model'] }, onnx: taking('pixel_values') }),
      'image-feature-extraction',
    ],
    [
      'the vision half of CLIP',
      evidence({ config: { architectures: ['CLIPVisionModelWithProjection'] }, onnx: taking('pixel_values') }),
      'image-feature-extraction',
    ],
    [
      'a bare model whose graphs take texts, too',
      evidence({ config: { architectures: ['FlavaModel'] }, onnx: taking('pixel_values', 'input_ids') }),
      'feature-extraction',
    ],
    [
      'modules of sentence-transformers',
      evidence({ config: { architectures: ['BertModel'] }, paths: ['modules.json'] }),
      'sentence-similarity',
    ],
    [
      'one graph for texts and one for pictures',
      evidence({ paths: ['onnx/text_model.onnx', 'onnx/vision_model.onnx'] }),
      'zero-shot-image-classification',
    ],
    ['only a graph for texts', evidence({ paths: ['text_model.onnx', 'onnx/vision_model.onnx'] }), undefined],
    [
      'the configuration of scikit-learn',
      evidence({ config: { sklearn: { task: 'tabular-regression' } } }),
      'tabular-regression',
    ],
    ['what an adapter is trained for', evidence({ adapter: { task_type: 'CAUSAL_LM' } }), 'text-generation'],
    ['classifiers in a graph', evidence({ onnx: graph('Scaler', 'TreeEnsembleClassifier') }), 'tabular-classification'],
    ['regressors in a graph', evidence({ onnx: graph('LinearRegressor') }), 'tabular-regression'],
    [
      'speech',
      evidence({ config: { architectures: ['WhisperForConditionalGeneration'] } }),
      'automatic-speech-recognition',
    ],
    ['sound', evidence({ config: { architectures: ['Wav2Vec2ForSequenceClassification'] } }), 'audio-classification'],
    ['nothing', noEvidence, undefined],
    [
      'odd values',
      evidence({
        config: { architectures: [5, null], sklearn: [], task: 'fill-mask' },
        adapter: { task_type: 'constructor' },
      }),
      undefined,
    ],
  ])('is derived from %s', (_, said, task) => expect(deriveTask(said)).toBe(task))
})

describe('the library', () => {
  it.each<[string, Evidence, string | undefined]>([
    [
      'the card, even if the Hub does not know it',
      evidence({ card: { library_name: 'our-own', tags: ['keras'] } }),
      'our-own',
    ],
    [
      'the first tag that names one',
      evidence({ card: { tags: ['mit', 'setfit', 'transformers'] }, paths: ['a.nemo'] }),
      'setfit',
    ],
    ['files', evidence({ paths: ['models/a.nemo'] }), 'nemo'],
    ['an adapter', evidence({ adapter: {}, paths: ['adapter_config.json'] }), 'peft'],
    ['the configuration of scikit-learn', evidence({ config: { sklearn: {} } }), 'sklearn'],
    ['the converter of scikit-learn', evidence({ onnx: graph('LinearClassifier'), paths: ['model.onnx'] }), 'sklearn'],
    ['a version of transformers', evidence({ config: { transformers_version: '4.51.3' } }), 'transformers'],
    ['more than a config.json', evidence({ config: { model_type: 'bert' }, paths: ['config.json'] }), undefined],
  ])('is derived from %s', (_, said, library) => expect(deriveLibrary(said)).toBe(library))

  it('is told apart from the formats of the weights', () => {
    expect(formatsOf(['onnx/model.onnx', 'model.safetensors', 'pytorch_model-00001-of-2.bin', 'data.bin'])).toEqual([
      'safetensors',
      'onnx',
      'pytorch',
    ])
  })
})

describe('the relation to base models', () => {
  const base = { base_model: ['a/b'] }
  it.each<[string, Evidence, ReturnType<typeof deriveLineage>]>([
    ['no base', evidence({ paths: ['a.gguf'] }), { baseModels: [], relation: undefined }],
    ['a base', evidence({ card: base }), { baseModels: ['a/b'], relation: 'finetune' }],
    [
      'two bases',
      evidence({ card: { base_model: ['a/b', 'c/d', 'a/b'] } }),
      { baseModels: ['a/b', 'c/d'], relation: 'merge' },
    ],
    [
      'GGUF before several bases',
      evidence({ card: { base_model: ['a/b', 'c/d'] }, paths: ['x.gguf'] }),
      { baseModels: ['a/b', 'c/d'], relation: 'quantized' },
    ],
    [
      'an adapter before all',
      evidence({ card: base, adapter: { base_model_name_or_path: 'x/y' }, paths: ['x.gguf'] }),
      { baseModels: ['a/b'], relation: 'adapter' },
    ],
    [
      'the base of an adapter',
      evidence({ adapter: { base_model_name_or_path: 'x/y' } }),
      { baseModels: ['x/y'], relation: 'adapter' },
    ],
    [
      'an adapter of a folder on a disk',
      evidence({ adapter: { base_model_name_or_path: '/home/me/model' } }),
      { baseModels: [], relation: undefined },
    ],
    [
      'the bases that a GGUF file names',
      evidence({ gguf: [{ baseModels: ['q/r'] }], paths: ['a.gguf'] }),
      { baseModels: ['q/r'], relation: 'quantized' },
    ],
    [
      'quantization_config',
      evidence({ card: base, config: { quantization_config: {} } }),
      { baseModels: ['a/b'], relation: 'quantized' },
    ],
    [
      'a quantized ONNX file',
      evidence({ card: base, paths: ['onnx/model_quantized.onnx'] }),
      { baseModels: ['a/b'], relation: 'quantized' },
    ],
    ['a tag', evidence({ card: { ...base, tags: ['AWQ'] } }), { baseModels: ['a/b'], relation: 'quantized' }],
    [
      'what the card says',
      evidence({ card: { ...base, base_model_relation: 'merge' }, paths: ['a.gguf'] }),
      { baseModels: ['a/b'], relation: 'merge' },
    ],
  ])('is derived from %s', (_, said, lineage) => expect(deriveLineage(said)).toEqual(lineage))
})
