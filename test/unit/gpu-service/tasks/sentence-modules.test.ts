import { beforeAll, describe, expect, it } from 'vitest'
import { readReference } from '../support/folders.ts'
import {
  expectNear,
  json,
  mean,
  module,
  plain,
  unit,
  useRepos,
  variant,
  width,
  withoutModules,
} from '../support/sentence-repos.ts'
import { elementTypes, tinyGraph } from '../support/tiny-graphs.ts'

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
const withDense = (config: object = dense, weights = safetensors(denseWeights)) => ({
  'modules.json': json([...plain, module('2_Dense', 'Dense'), module('3_Normalize', 'Normalize')]),
  '2_Dense/config.json': json(config),
  '2_Dense/model.safetensors': weights,
})
const pooling = (config: object) => ({ 'modules.json': json(plain), '1_Pooling/config.json': json(config) })
let rows: { text: string; input_ids: number[]; vector: number[] }[]
beforeAll(async () => {
  rows = (await readReference('tiny-embedder')).rows
})
const { ask, post, embed, allTokens } = useRepos(() => [
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
  variant('lstm', { 'modules.json': json([...plain, module('2_LSTM', 'LSTM')]) }),
])

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

  it('last-token pooling uses the own last token of each text in a batch', async () => {
    const texts = rows.slice(0, 6).map(({ text }) => text)
    const batched = await embed('last', texts)
    for (const [index, text] of texts.entries()) {
      expectNear(batched[index], (await allTokens(text)).at(-1) ?? [])
      expectNear((await embed('last', text))[0], batched[index] ?? [])
    }
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
    const info = await ask('/api/v1/predict/short/info')
    expect(await info.json()).toMatchObject({ dimensions: 6 })
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
  ])('refuses an unsupported module by name: %s', async (name, words) => {
    const response = await ask(`/api/v1/predict/${name}`, { inputs: 'a' })
    expect(response.status).toBe(422)
    expect(((await response.json()) as { error: string }).error).toContain(words)
  })
})
