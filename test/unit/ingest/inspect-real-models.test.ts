import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesIn } from '../../support/files-in.ts'
import { modelsFolder } from '../../support/real-models.ts'
import { inspected } from './support/inspected.ts'

const inspectedModel = async (name: string) => inspected(await filesIn(join(modelsFolder ?? '', name)))

describe.skipIf(modelsFolder === undefined)('a real model', () => {
  it('of sentence-transformers is described as on the Hub', async () => {
    const found = await inspectedModel('sentence-transformers/all-MiniLM-L6-v2')
    expect(found).toMatchObject({
      task: 'sentence-similarity',
      library: 'sentence-transformers',
      license: 'apache-2.0',
      languages: ['en'],
      tags: ['sentence-transformers', 'feature-extraction', 'sentence-similarity', 'transformers'],
      architectures: ['BertModel'],
      modelType: 'bert',
      formats: ['onnx'],
      tokenizer: { class: 'BertTokenizer', model: 'WordPiece', lengthMax: 512, hasChatTemplate: false },
      sentenceTransformers: { pooling: 'mean', dimensions: 384, lengthMax: 256 },
      onnx: [{ path: 'onnx/model_int8.onnx', outputs: [{ shape: ['batch_size', 'sequence_length', 384] }] }],
      config: { tokenizer_config: { unk_token: '[UNK]', sep_token: '[SEP]', mask_token: '[MASK]' } },
      warnings: [],
    })
    expect(found.datasets).toHaveLength(21)
  })

  it('for chat has a template, and a named license', async () => {
    expect(await inspectedModel('slipway/tiny-llama-pydoc')).toMatchObject({
      task: 'text-generation',
      license: 'other',
      licenseName: 'psf-2.0',
      architectures: ['LlamaForCausalLM'],
      dtype: 'float32',
      tokenizer: { class: 'PreTrainedTokenizerFast', model: 'BPE', lengthMax: 512, hasChatTemplate: true },
      warnings: [],
    })
  })

  it.each([
    ['slipway/tiny-bert-reranker', 'text-ranking', 'transformers'],
    ['slipway/tiny-bert-ner', 'token-classification', 'transformers'],
    ['slipway/tiny-bert-nli', 'zero-shot-classification', 'transformers'],
    ['slipway/tiny-bert-mlm', 'fill-mask', 'transformers'],
    ['slipway/tiny-bert-qa', 'question-answering', 'transformers'],
    ['slipway/tiny-bert-sentiment', 'text-classification', 'transformers'],
    ['slipway/tiny-gpt2-random', 'text-generation', 'transformers'],
    ['slipway/tiny-vit', 'image-classification', 'transformers'],
    ['slipway/tiny-clip', 'zero-shot-image-classification', 'transformers'],
    ['slipway/tiny-flava', 'image-text-classification', 'transformers'],
    ['sklearn/iris-logistic-regression', 'tabular-classification', 'sklearn'],
    ['sklearn/iris-logistic-regression-zipmap', 'tabular-classification', 'sklearn'],
    ['sklearn/breast-cancer-random-forest', 'tabular-classification', 'sklearn'],
    ['sklearn/digits-mlp', 'tabular-classification', 'sklearn'],
  ])('%s is for %s with %s', async (name, task, library) => {
    expect(await inspectedModel(name)).toMatchObject({ task, library, warnings: [] })
  })

  it.each([
    ['sklearn/iris-logistic-regression-zipmap', 'tabular-classification', 'sklearn'],
    ['sklearn/breast-cancer-random-forest', 'tabular-classification', 'sklearn'],
    ['slipway/tiny-bert-ner', 'token-classification', 'transformers'],
    ['slipway/tiny-gpt2-random', 'text-generation', 'transformers'],
    ['slipway/tiny-vit', 'image-classification', 'transformers'],
    ['slipway/tiny-clip', 'zero-shot-image-classification', 'transformers'],
  ])('%s without its card is still for %s with %s', async (name, task, library) => {
    const { 'README.md': _, ...files } = await filesIn(join(modelsFolder ?? '', name))
    expect(await inspected(files)).toMatchObject({ task, library })
    const { 'config.json': __, ...graphs } = files
    if (library === 'sklearn') expect(await inspected(graphs)).toMatchObject({ task, library })
  })
})
