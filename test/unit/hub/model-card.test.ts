import { expect, it } from 'vitest'
import { cardOf, configOf, weightsOf } from '../../../functions/hub/model-card.ts'
import { modelJson } from '../../../functions/hub/model-json.ts'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { tagsOf } from '../../../shared/model/hub-tags.ts'
import { newRepo } from '../../../shared/table/repo-item.ts'
import type { RevisionItem } from '../../../shared/table/repos.ts'

const nothing: RevisionMetadata = { tags: [], baseModels: [], datasets: [], languages: [], onnx: [], warnings: [] }
const metadata: RevisionMetadata = {
  ...nothing,
  task: 'text-generation',
  library: 'transformers',
  license: 'other',
  licenseName: 'acme',
  tags: ['chat', 'transformers'],
  baseModels: ['acme/base'],
  relation: 'quantized',
  datasets: ['acme/talks'],
  languages: ['en'],
  metrics: ['f1'],
  architectures: ['LlamaForCausalLM'],
  modelType: 'llama',
  formats: ['safetensors', 'onnx'],
  parameters: 12,
  parametersByType: { BF16: 10, F32: 2 },
  config: { tokenizer_config: { eos_token: '</s>' } },
  card: { widget: [{ text: 'hello' }] },
}
const summary = { task: 'text-generation', library: 'transformers', license: 'other', tags: ['team-a', 'chat'] }

it('tags are those of the Hub, each once', () => {
  expect(tagsOf(summary, metadata)).toEqual([
    'transformers',
    'safetensors',
    'onnx',
    'llama',
    'chat',
    'team-a',
    'text-generation',
    'en',
    'dataset:acme/talks',
    'base_model:acme/base',
    'base_model:quantized:acme/base',
    'license:other',
  ])
  expect(tagsOf({ tags: [] }, undefined)).toEqual([])
})

it('card data contains what is known, and nothing else', () => {
  expect(cardOf(summary, metadata)).toEqual({
    license: 'other',
    license_name: 'acme',
    library_name: 'transformers',
    pipeline_tag: 'text-generation',
    tags: ['chat', 'transformers'],
    base_model: ['acme/base'],
    base_model_relation: 'quantized',
    datasets: ['acme/talks'],
    language: ['en'],
    metrics: ['f1'],
    widget: [{ text: 'hello' }],
  })
  expect(cardOf({}, nothing)).toEqual({})
})

it('the config contains the architecture, the model type and the tokenizer config', () => {
  expect(configOf(metadata)).toEqual({
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    tokenizer_config: { eos_token: '</s>' },
  })
  expect(configOf(undefined)).toEqual({})
})

it('parameters are counted by type, like on the Hub, for safetensors and GGUF', () => {
  expect(weightsOf(metadata)).toEqual({ safetensors: { parameters: { BF16: 10, F32: 2 }, total: 12 } })
  const gguf = [
    { path: 'a.gguf', fault: 'broken' },
    { path: 'b.gguf', architecture: 'llama', contextLength: 8192, parameters: 7 },
  ]
  expect(weightsOf({ ...nothing, parameters: 7, gguf })).toEqual({
    gguf: { total: 7, architecture: 'llama', context_length: 8192 },
  })
  expect(weightsOf(nothing)).toEqual({})
})

it('a model has all metadata at its revision, and only those of the repo in lists', () => {
  const repo = { ...newRepo({ fullName: 'acme/chat', createdBy: 'u', now: new Date(0) }), ...summary }
  const revision: RevisionItem = {
    id: 'a'.repeat(40),
    repoId: repo.id,
    source: 'hf:acme/chat',
    depth: 1,
    title: 'First',
    filesTotal: 1,
    sizeBytes: 24,
    metadata,
    createdAt: repo.createdAt,
    createdBy: 'u',
  }
  expect(modelJson({ repo, revision })).toMatchObject({
    id: 'acme/chat',
    cardData: { license: 'other' },
    config: { model_type: 'llama' },
    safetensors: { total: 12 },
    baseModels: { relation: 'quantized', models: [{ id: 'acme/base' }] },
  })
  const { tags, ...listed } = modelJson({ repo: { ...repo, cardTags: ['transformers', 'chat', 'onnx'] } })
  expect(tags).toEqual(['team-a', 'chat', 'transformers', 'onnx'])
  expect(listed).not.toHaveProperty('cardData')
})
