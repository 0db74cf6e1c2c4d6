import { describe, expect, it } from 'vitest'
import {
  expectNear,
  json,
  mean,
  plain,
  unit,
  useRepos,
  variant,
  width,
  withoutModules,
} from '../support/sentence-repos.ts'
import { embedderModel } from '../support/test-models.ts'

const promptsConfig = { prompts: { query: 'the cat ', document: '' }, default_prompt_name: 'document' }
const prompts = { 'config_sentence_transformers.json': json(promptsConfig) }

const { ask, post, embed, allTokens } = useRepos(async () => {
  const tokenizerFile = JSON.parse((await embedderModel()).files['tokenizer.json']?.toString() ?? '')
  return Promise.all([
    variant('plain', { 'modules.json': json(plain) }),
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
  ])
})

describe('the prompts of a sentence-transformers repo', () => {
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
    const openai = await ask('/v1/embeddings', { model: 'prompted', input: text, prompt_name: 'query' })
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
})
