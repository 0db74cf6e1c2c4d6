import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readReference } from '../support/folders.ts'
import { embedderModel } from '../support/test-models.ts'
import { startTestServing, type TestModel, type TestServing } from '../support/test-serving.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

const width = 16
const out = 3
const weight = Array.from({ length: out * width }, (_, index) => Math.sin(index + 1) / 3)
const bias = [0.5, -0.25, 0.125]

/** A safetensors file of float32 tensors. */
function safetensors(tensors: Record<string, { shape: number[]; values: number[] }>): Buffer {
  let at = 0
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, values }]) => {
      const start = at
      at += values.length * 4
      return [name, { dtype: 'F32', shape, data_offsets: [start, at] }]
    }),
  )
  const text = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...header }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([
    length,
    text,
    ...Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer)),
  ])
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const module = (path: string, kind: string) => ({ path, type: `sentence_transformers.models.${kind}` })
const dense = {
  in_features: width,
  out_features: out,
  bias: true,
  activation_function: 'torch.nn.modules.activation.Tanh',
}
const denseWeights = {
  'linear.weight': { shape: [out, width], values: weight },
  'linear.bias': { shape: [out], values: bias },
}
const plain = [module('', 'Transformer'), module('1_Pooling', 'Pooling')]

async function variant(name: string, files: Record<string, Buffer>): Promise<TestModel> {
  const model = await embedderModel(name)
  return { ...model, repo: `slipway-tests/${name}`, files: { ...model.files, ...files } }
}

const withDense = (config: object = dense, weights = safetensors(denseWeights)) => ({
  'modules.json': json([...plain, module('2_Dense', 'Dense'), module('3_Normalize', 'Normalize')]),
  '2_Dense/config.json': json(config),
  '2_Dense/model.safetensors': weights,
})
const pooling = (config: object) => ({ 'modules.json': json(plain), '1_Pooling/config.json': json(config) })
async function withoutModules(name: string, config: object, sentence?: object): Promise<TestModel> {
  const whole = { vocab_size: 64, max_position_embeddings: 64, ...config }
  const model = await variant(name, {
    'config.json': json(whole),
    ...(sentence && { 'config_sentence_transformers.json': json(sentence) }),
  })
  const { 'modules.json': _, '1_Pooling/config.json': __, ...files } = model.files
  return { ...model, files }
}

const promptsConfig = { prompts: { query: 'the cat ', document: '' }, default_prompt_name: 'document' }
const prompts = { 'config_sentence_transformers.json': json(promptsConfig) }

/** The encoder's file as sentence-transformers 6 saves it. */
const encoder = (changes: object) =>
  json({
    transformer_task: 'feature-extraction',
    modality_config: { text: { method: 'forward', method_output_name: 'last_hidden_state' } },
    module_output_name: 'token_embeddings',
    processing_kwargs: { text: { padding: true } },
    ...changes,
  })

/** A tokenizer that keeps capitals, for which its vocabulary has no words. */
async function cased(name: string, isLowerCased: boolean): Promise<TestModel> {
  const file = JSON.parse((await embedderModel()).files['tokenizer.json']?.toString() ?? '')
  return variant(name, {
    'tokenizer.json': json({ ...file, normalizer: { ...file.normalizer, lowercase: false } }),
    'sentence_bert_config.json': json({ max_seq_length: 32, do_lower_case: isLowerCased }),
  })
}

let host: TestServing
let rows: { text: string; input_ids: number[]; vector: number[] }[]
beforeAll(async () => {
  rows = (await readReference('tiny-embedder')).rows
  const tokenizerFile = JSON.parse((await embedderModel()).files['tokenizer.json']?.toString() ?? '')
  host = await startTestServing(
    await Promise.all([
      variant('plain', { 'modules.json': json(plain) }),
      ...['cosine', 'dot', 'euclidean', 'manhattan'].map((named) =>
        variant(named, {
          'modules.json': json(plain),
          'config_sentence_transformers.json': json({ similarity_fn_name: named }),
        }),
      ),
      variant('dense', withDense()),
      variant('both', pooling({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: true })),
      variant('last', pooling({ pooling_mode_lasttoken: true })),
      variant('listed', pooling({ pooling_mode: ['mean', 'cls'] })),
      variant('root', pooling({ pooling_mode: 'mean_sqrt_len_tokens' })),
      variant('root-by-flag', pooling({ pooling_mode_mean_sqrt_len_tokens: true })),
      variant('mode-over-flag', pooling({ pooling_mode: 'lasttoken', pooling_mode_cls_token: true })),
      variant('unsaid', pooling({ embedding_dimension: width })),
      variant('concat', pooling({ pooling_mode: ['mean', 'concat'] })),
      ...['roberta', 'xlm-roberta'].map(async (encoder) => {
        const { 'sentence_bert_config.json': _, ...files } = (await embedderModel()).files
        const config = { max_seq_length: 5, do_lower_case: false }
        return {
          ...(await embedderModel(encoder)),
          files: { ...files, [`sentence_${encoder}_config.json`]: json(config) },
        }
      }),
      cased('cased', false),
      cased('lowered', true),
      variant('prompted', prompts),
      variant('promptless', {
        ...prompts,
        '1_Pooling/config.json': json({ pooling_mode_mean_tokens: true, include_prompt: false }),
      }),
      variant('promptless-unframed', {
        ...prompts,
        'tokenizer.json': json({ ...tokenizerFile, post_processor: null }),
        '1_Pooling/config.json': json({ pooling_mode_mean_tokens: true, include_prompt: false }),
      }),
      variant('maximum-unframed', {
        ...prompts,
        'tokenizer.json': json({ ...tokenizerFile, post_processor: null }),
        '1_Pooling/config.json': json({ pooling_mode_max_tokens: true, include_prompt: false }),
      }),
      withoutModules('unlisted', {}, { ...promptsConfig, default_prompt_name: 'query', truncate_dim: 6 }),
      variant('masked', {
        'modules.json': json([]),
        'config.json': json({ architectures: ['BertForMaskedLM'], vocab_size: 64, max_position_embeddings: 64 }),
      }),
      withoutModules('causal', { architectures: ['Qwen3ForCausalLM'] }),
      withoutModules('bidirectional', { architectures: ['Gemma3ForCausalLM'], is_causal: false }),
      variant('short', {
        'modules.json': json([...plain, module('2_Normalize', 'Normalize')]),
        'config_sentence_transformers.json': json({ truncate_dim: 6 }),
      }),
      variant('gelu', withDense({ ...dense, activation_function: 'torch.nn.modules.activation.GELU' })),
      variant('own-tanh', withDense({ ...dense, activation_function: 'our.package.Tanh' })),
      variant('residual', withDense({ ...dense, use_residual: true })),
      variant('cut-short', withDense(dense, safetensors(denseWeights).subarray(0, -4))),
      variant('no-weights', { ...withDense(), '2_Dense/model.safetensors': Buffer.from('') }),
      variant('of-tokens', {
        'modules.json': json([...plain, module('2_Normalize', 'Normalize')]),
        '2_Normalize/config.json': json({ module_input_name: 'token_embeddings' }),
      }),
      variant('static', {
        'modules.json': json([module('', 'StaticEmbedding')]),
        'onnx/model.onnx': tinyGraph({
          nodes: [{ operator: 'Identity', inputs: ['input_ids'], output: 'embeddings' }],
          inputs: ['input_ids', 'offsets'].map((name) => ({ name, elementType: elementTypes.int64, dims: ['length'] })),
          outputs: [{ name: 'embeddings', elementType: elementTypes.int64, dims: ['length'] }],
        }),
      }),
      ...['processor_kwargs', 'tokenizer_args'].map((named) =>
        variant(named.replace('_', '-'), { 'sentence_bert_config.json': json({ [named]: { model_max_length: 5 } }) }),
      ),
      variant('saved', { 'sentence_bert_config.json': encoder({}) }),
      variant('explicit', {
        'sentence_bert_config.json': encoder({
          processing_kwargs: {
            text: { padding: true, truncation: 'longest_first' },
            common: { truncation: true, add_special_tokens: true },
          },
          modality_config: { text: { method: 'forward', method_output_name: ['last_hidden_state'] } },
        }),
      }),
      variant('untruncated', {
        'sentence_bert_config.json': encoder({ processing_kwargs: { text: { truncation: false } } }),
      }),
      variant('whole-output', {
        'sentence_bert_config.json': encoder({
          modality_config: { text: { method: 'get_text_features', method_output_name: null } },
        }),
      }),
      variant('unmarked', {
        'sentence_bert_config.json': encoder({ processing_kwargs: { text: { add_special_tokens: false } } }),
      }),
      variant('pooler', {
        'sentence_bert_config.json': encoder({
          modality_config: { text: { method: 'forward', method_output_name: 'pooler_output' } },
        }),
      }),
      variant('lstm', { 'modules.json': json([...plain, module('2_LSTM', 'LSTM')]) }),
    ]),
  )
})
afterAll(() => host.close())

const post = async (name: string, path: string, body: object) => {
  const response = await host.ask(`/api/v1/predict/${name}${path}`, { json: body })
  return (await response.json()) as number[][]
}
const embed = (name: string, inputs: unknown, more: object = {}) => post(name, '', { inputs, ...more })
const allTokens = async (inputs: string) =>
  ((await post('plain', '/embed_all', { inputs })) as unknown as [number[][]])[0]

function expectNear(actual: number[] | undefined, expected: readonly number[]) {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(Math.abs((actual?.[i] ?? Number.NaN) - value)).toBeLessThan(1e-5)
}
const unit = (vector: number[]) => {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return vector.map((value) => value / length)
}
const mean = (tokens: number[][]) =>
  Array.from({ length: width }, (_, column) => tokens.reduce((sum, one) => sum + (one[column] ?? 0), 0) / tokens.length)

describe('the modules of a sentence-transformers repo', () => {
  it('a Dense layer transforms the pooled vector, and Normalize brings that to length 1', async () => {
    for (const { text } of rows.slice(0, 4)) {
      const pooled = mean(await allTokens(text))
      const layer = bias.map((start, row) =>
        Math.tanh(pooled.reduce((sum, value, column) => sum + value * (weight[row * width + column] ?? 0), start)),
      )
      expectNear((await embed('dense', text))[0], unit(layer))
      expectNear((await embed('dense', text, { normalize: false }))[0], layer)
    }
  })

  it.each(['cosine', 'dot', 'euclidean', 'manhattan'])(
    'sentences are compared by the cosine whatever sentence-transformers would use: %s',
    async (named) => {
      const inputs = { source_sentence: 'the cat sat', sentences: ['on the mat', 'the cat'] }
      const vectors = await embed(named, [inputs.source_sentence, ...inputs.sentences])
      const [source = [], ...others] = vectors.map(unit)
      const cosines = others.map((other) => other.reduce((sum, value, at) => sum + value * (source[at] ?? 0), 0))
      expect(Math.hypot(...(vectors[0] ?? []))).not.toBeCloseTo(1)
      expectNear((await embed(named, inputs)) as unknown as number[], cosines)
      expectNear((await post(named, '/similarity', { inputs })) as unknown as number[], cosines)
    },
  )

  it('several poolings are concatenated into one vector', async () => {
    const text = rows[1]?.text ?? ''
    const tokens = await allTokens(text)
    expectNear((await embed('both', text))[0], [...(tokens[0] ?? []), ...mean(tokens)])
  })

  it('several poolings in a list are concatenated in its order, and one that is unknown is refused', async () => {
    const text = rows[1]?.text ?? ''
    const tokens = await allTokens(text)
    expectNear((await embed('listed', text))[0], [...mean(tokens), ...(tokens[0] ?? [])])
    expect(await embed('concat', text)).toMatchObject({ error: expect.stringContaining('a pooling "concat"') })
  })

  it('a pooling is read by its newer name, by its older flag, or is the mean if the file names none', async () => {
    const text = rows[1]?.text ?? ''
    const tokens = await allTokens(text)
    const root = mean(tokens).map((value) => value * Math.sqrt(tokens.length))
    expectNear((await embed('root', text))[0], root)
    expectNear((await embed('root-by-flag', text))[0], root)
    expectNear((await embed('mode-over-flag', text))[0], tokens.at(-1) ?? [])
    expectNear((await embed('unsaid', text))[0], mean(tokens))
  })

  it.each(['processor-kwargs', 'tokenizer-args'])("texts are truncated as the encoder's %s say", async (name) => {
    const [tokens] = await post(name, '/embed_all', { inputs: 'the cat sat on the mat', truncate: true })
    expect(tokens).toHaveLength(5)
  })

  it.each(['roberta', 'xlm-roberta'])('texts are truncated as sentence_%s_config.json says', async (encoder) => {
    const [tokens] = await post(encoder, '/embed_all', { inputs: 'the cat sat on the mat', truncate: true })
    expect(tokens).toHaveLength(5)
  })

  it("texts are lowercased where the encoder's configuration asks for it", async () => {
    const [plain, shouted] = await embed('lowered', ['the cat sat', 'The CAT sat'])
    expectNear(shouted, plain ?? [])
    const [own, other] = await embed('cased', ['the cat sat', 'The CAT sat'])
    expectNear(own, plain ?? [])
    expect(other).not.toEqual(own)
  })

  it('last-token pooling uses the own last token of each text in a batch', async () => {
    const texts = rows.slice(0, 6).map(({ text }) => text)
    const batched = await embed('last', texts)
    for (const [index, text] of texts.entries()) {
      expectNear(batched[index], (await allTokens(text)).at(-1) ?? [])
      expectNear((await embed('last', text))[0], batched[index] ?? [])
    }
  })

  it('a prompt is prepended by name or by default, and its tokens are not pooled if configured', async () => {
    const text = 'sat on the mat'
    expectNear(
      (await embed('prompted', text))[0],
      (await embed('prompted', text, { prompt_name: 'document' }))[0] ?? [],
    )
    const query = await embed('prompted', text, { prompt_name: 'query' })
    expectNear(query[0], (await embed('plain', `the cat ${text}`, { normalize: true }))[0] ?? [])
    const tokens = await allTokens(`the cat ${text}`)
    const counted = await embed('promptless', text, { prompt_name: 'query' })
    expectNear(counted[0], unit(mean(tokens.slice(3))))
    const fromLeft = await embed('promptless', text, { prompt_name: 'query', truncation_direction: 'left' })
    expectNear(fromLeft[0], counted[0] ?? [])
    const openai = await host.ask('/v1/embeddings', { json: { model: 'prompted', input: text, prompt_name: 'query' } })
    expectNear(((await openai.json()) as { data: { embedding: number[] }[] }).data[0]?.embedding, query[0] ?? [])
  })

  it('all tokens of a prompt are left out of the pooling also if the tokenizer adds none at the end', async () => {
    const text = 'sat on the mat'
    const [tokens] = (await post('promptless-unframed', '/embed_all', { inputs: `the cat ${text}` })) as unknown as [
      number[][],
    ]
    expect(tokens).toHaveLength(6)
    const vector = await embed('promptless-unframed', text, { prompt_name: 'query' })
    expectNear(vector[0], unit(mean(tokens.slice(2))))
  })

  it('a text that is only its prompt has the zero vector, or is refused by name if its maximum is pooled', async () => {
    // As sentence-transformers encodes [''] with prompt_name="query": zeros, also after Normalize, and -inf for the maximum.
    const zeros = Array.from({ length: width }, () => 0)
    expect(await embed('promptless-unframed', ['', 'sat'], { prompt_name: 'query' })).toMatchObject([zeros, {}])
    expect(await embed('maximum-unframed', ['sat', ''], { prompt_name: 'query' })).toMatchObject({
      error: expect.stringContaining('"inputs[1]" holds no tokens after its prompt'),
    })
  })

  it('a text without any tokens is refused by name, alone and among others', async () => {
    for (const texts of [[''], ['sat', '']]) {
      const param = `inputs[${texts.length - 1}]`
      const error = expect.stringContaining(`"${param}" holds no tokens`)
      expect(await embed('promptless-unframed', texts)).toMatchObject({ error })
    }
  })

  it('without a list of modules, prompts are used by name only and vectors have all their dimensions', async () => {
    const text = 'sat on the mat'
    const plain = await embed('plain', text)
    expectNear((await embed('unlisted', text))[0], plain[0] ?? [])
    const query = await embed('unlisted', text, { prompt_name: 'query' })
    expectNear(query[0], (await embed('plain', `the cat ${text}`))[0] ?? [])
  })

  it('a masked-word model that outputs token vectors is pooled by the mean without a list of modules', async () => {
    const text = rows[1]?.text ?? ''
    expectNear((await embed('masked', text))[0], mean(await allTokens(text)))
  })

  it('without a list of modules, a causal language model is pooled by its last token', async () => {
    const text = rows[1]?.text ?? ''
    const tokens = await allTokens(text)
    expectNear((await embed('causal', text))[0], tokens.at(-1) ?? [])
    expectNear((await embed('bidirectional', text))[0], mean(tokens))
  })

  it('vectors are truncated as the repo sets, and normalised again only if a request asks for it', async () => {
    const text = rows[1]?.text ?? ''
    const whole = unit(mean(await allTokens(text)))
    expectNear((await embed('short', text))[0], whole.slice(0, 6))
    expectNear((await embed('short', text, { normalize: true }))[0], unit(whole.slice(0, 6)))
    expectNear((await embed('short', text, { dimensions: width }))[0], whole)
    const info = await host.ask('/api/v1/predict/short/info')
    expect(await info.json()).toMatchObject({ dimensions: 6 })
  })

  it.each(['saved', 'explicit'])('an encoder that says what is the default is served: %s', async (name) => {
    const text = rows[1]?.text ?? ''
    expectNear((await embed(name, text))[0], (await embed('plain', text, { normalize: true }))[0] ?? [])
  })

  it.each([
    ['gelu', 'GELU'],
    ['own-tanh', 'our.package.Tanh'],
    ['residual', 'use_residual'],
    ['cut-short', '2_Dense/model.safetensors'],
    ['no-weights', '2_Dense/model.safetensors'],
    ['of-tokens', '2_Normalize/config.json'],
    ['static', 'StaticEmbedding'],
    ['lstm', 'LSTM'],
    ['unmarked', 'add_special_tokens'],
    ['untruncated', 'truncation'],
    ['whole-output', 'null'],
    ['pooler', 'pooler_output'],
  ])('refuses an unsupported module by name: %s', async (name, words) => {
    const response = await host.ask(`/api/v1/predict/${name}`, { json: { inputs: 'a' } })
    expect(response.status).toBe(422)
    expect(((await response.json()) as { error: string }).error).toContain(words)
  })
})
