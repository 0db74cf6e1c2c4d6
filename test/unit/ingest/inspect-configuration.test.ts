import { describe, expect, it } from 'vitest'
import { externalWeight, onnxModel, tensor } from '../onnx/support/model-bytes.ts'
import { inspected } from './support/inspected.ts'

const json = (value: unknown) => JSON.stringify(value)

describe('the configuration of a model', () => {
  it('provides what the model is, and of the rest what the Hub shows', async () => {
    const found = await inspected({
      'config.json': json({
        architectures: ['LlamaForCausalLM'],
        model_type: 'llama',
        torch_dtype: 'bfloat16',
        quantization_config: { quant_method: 'gptq', bits: 4, group_size: 128, tokenizer: '/home/me' },
        auto_map: { AutoModel: 'modeling.Own' },
        hidden_size: 4096,
      }),
      'tokenizer_config.json': json({
        tokenizer_class: 'LlamaTokenizer',
        model_max_length: 1e30,
        bos_token: { __type: 'AddedToken', content: '<s>' },
        eos_token: '</s>',
        pad_token: null,
        chat_template: '{{ messages }}',
        added_tokens_decoder: {},
      }),
      'tokenizer.json': json({ version: '1.0', added_tokens: [], model: { type: 'BPE', vocab: { a: 0 } } }),
    })
    expect(found).toMatchObject({
      task: 'text-generation',
      architectures: ['LlamaForCausalLM'],
      modelType: 'llama',
      dtype: 'bfloat16',
      quantization: { method: 'gptq', bits: 4 },
      tokenizer: { class: 'LlamaTokenizer', model: 'BPE', lengthMax: undefined, hasChatTemplate: true },
      warnings: [],
    })
    expect(found.config).toEqual({
      auto_map: { AutoModel: 'modeling.Own' },
      quantization_config: { quant_method: 'gptq', bits: 4 },
      tokenizer_config: { bos_token: '<s>', eos_token: '</s>', chat_template: '{{ messages }}' },
    })
  })

  it('describes an adapter', async () => {
    const found = await inspected({
      'adapter_config.json': json({ peft_type: 'LORA', task_type: 'SEQ_CLS', base_model_name_or_path: 'acme/base' }),
    })
    expect(found).toMatchObject({
      task: 'text-classification',
      library: 'peft',
      baseModels: ['acme/base'],
      relation: 'adapter',
      adapter: { type: 'LORA', task: 'SEQ_CLS' },
      config: { peft: { base_model_name_or_path: 'acme/base', task_type: 'SEQ_CLS' } },
    })
  })

  it('describes the pooling of sentence-transformers', async () => {
    const found = await inspected({
      'modules.json': json([
        { idx: 0, type: 'sentence_transformers.models.Transformer' },
        { idx: 1, type: 'sentence_transformers.models.Pooling' },
      ]),
      '1_Pooling/config.json': json({
        word_embedding_dimension: 768,
        pooling_mode_cls_token: true,
        pooling_mode_mean_tokens: false,
      }),
      'sentence_roberta_config.json': json({ max_seq_length: 512 }),
      'config_sentence_transformers.json': json({ similarity_fn_name: 'cosine' }),
    })
    expect(found).toMatchObject({
      task: 'sentence-similarity',
      library: 'sentence-transformers',
      sentenceTransformers: {
        modules: ['Transformer', 'Pooling'],
        pooling: 'cls',
        dimensions: 768,
        lengthMax: 512,
        similarity: 'cosine',
      },
    })
  })

  it('finds a chat template in its own file', async () => {
    const found = await inspected({ 'chat_template.jinja': '{{ messages }}' })
    expect(found.tokenizer).toMatchObject({ hasChatTemplate: true })
  })

  it('is cut to what the table can hold', async () => {
    const template = 'x'.repeat(500_000)
    const map = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, 'v'.repeat(200)]))
    const found = await inspected({
      'config.json': json({ auto_map: map }),
      'tokenizer_config.json': json({ chat_template: template, eos_token: '</s>' }),
    })
    expect(found.config?.tokenizer_config).toEqual({ eos_token: '</s>' })
    expect(json(found.config).length).toBeLessThan(70_000)
  })

  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const odd = ['null', '5', '"x"', '[]', '[{}]', '{}', '{"a":', deep, `{"a":${deep}}`]
  const values = ['null', '5', '-1', '1e400', '"x"', '""', '[]', '[null,{}]', '{}', 'true', deep]
  const names = [
    'architectures model_type torch_dtype dtype quantization_config quantization sklearn auto_map transformers_version',
    'tokenizer_class model_max_length chat_template bos_token use_default_system_prompt model type',
    'peft_type task_type base_model_name_or_path word_embedding_dimension pooling_mode pooling_mode_cls_token',
    'max_seq_length similarity_fn_name _class_name __proto__ constructor',
  ].flatMap((line) => line.split(' '))
  const paths = [
    'config.json',
    'adapter_config.json',
    'model_index.json',
    'quantize_config.json',
    'tokenizer_config.json',
    'tokenizer.json',
    'modules.json',
    '1_Pooling/config.json',
    'sentence_bert_config.json',
    'config_sentence_transformers.json',
    'model.safetensors.index.json',
  ]
  const wrong = [...odd, ...values.map((value) => `{${names.map((name) => `"${name}":${value}`).join(',')}}`)]
  it.each(wrong.map((text) => [text.slice(0, 40), text]))('may contain %s in every file', async (_, text) => {
    const found = await inspected(Object.fromEntries(paths.map((path) => [path, text])))
    expect(found.warnings.every((warning) => paths.some((path) => warning.startsWith(path)))).toBe(true)
    expect(found.parameters).toBeUndefined()
  })
})

describe('an ONNX file with external data', () => {
  const model = onnxModel(externalWeight('w', 'model.onnx_data'), tensor(11, 'x', 1n))

  it('lists its data files, and can be served if they exist', async () => {
    const found = await inspected({ 'onnx/model.onnx': model, 'onnx/model.onnx_data': 'weights' })
    expect(found.onnx).toMatchObject([{ path: 'onnx/model.onnx', externalData: ['model.onnx_data'] }])
    expect(found.onnx[0]?.fault).toBeUndefined()
  })

  it.each(['../model.onnx_data', '/etc/passwd', '', 'onnx/model.onnx_data'])(
    'cannot be served if its data is missing: %j',
    async (location) => {
      const files = { 'onnx/model.onnx': onnxModel(externalWeight('w', location)), 'onnx/model.onnx_data': 'weights' }
      const [file] = (await inspected(files)).onnx
      expect(file?.fault).toBe(`onnx/model.onnx needs the weights in ${JSON.stringify(location)}, which is not there`)
    },
  )
})
